// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/internal/record"
)

// trial is one search for poison records: records that a healthy destination
// refuses, each by itself (F38). It halves what is refused; halves that are
// accepted are delivered by that.
//
// A refusal proves nothing about a record as long as the destination may be
// refusing everything, because its token has expired, say. So a record that was
// refused by itself is only a suspect. It is poison once anything was accepted
// after it; where no record is left for that, a probe is sent.
type trial struct {
	*sink
	observed time.Time
	suspects []record.Record
	poison   []record.Record
	// comparable is false while a whole page of several records was refused, each
	// by itself, and none was accepted. Then it is the source's records that the
	// destination doesn't take, and quarantine would empty the source into it.
	comparable bool
}

// bisect looks for the poison in records that were just refused for good; partly
// says that other records of their page were accepted before. It returns the
// poison, and what must still be held: either nothing, or records whose refusal
// may be the destination's fault. All other records were accepted. The error is
// ctx's; then nothing may be assumed.
func (s *sink) bisect(ctx context.Context, records []record.Record, partly bool, observed time.Time) (poison, held []record.Record, err error) {
	s.logger.Warn("Looking for the records that the pipeline refuses for good", zap.Int("records", len(records)))
	t := &trial{sink: s, observed: observed, comparable: partly || len(records) == 1}
	if err := t.split(ctx, records); err != nil {
		return nil, nil, err
	}
	if len(t.suspects) > 0 && t.comparable {
		if err := t.probe(ctx); err != nil {
			return nil, nil, err
		}
	}
	for i := range t.poison {
		s.logger.Error("Quarantined a record that the pipeline refuses for good", zap.String("uid", validText(t.poison[i].UID)))
	}
	return t.poison, t.suspects, nil
}

// split sends both halves of records that were refused together.
func (t *trial) split(ctx context.Context, records []record.Record) error {
	if len(records) == 1 {
		t.suspects = append(t.suspects, records[0])
		return nil
	}
	half := len(records) / 2
	for _, part := range [][]record.Record{records[:half], records[half:]} {
		rest, err := t.send(ctx, part, t.observed)
		if err != nil {
			return err
		}
		if len(rest) < len(part) {
			t.healthy()
		}
		if len(rest) > 0 {
			if err := t.split(ctx, rest); err != nil {
				return err
			}
		}
	}
	return nil
}

// healthy notes that the destination has accepted something.
func (t *trial) healthy() {
	t.comparable = true
	t.poison = append(t.poison, t.suspects...)
	t.suspects = nil
}

// probe asks with a record of ours whether the destination takes anything now.
func (t *trial) probe(ctx context.Context) error {
	for {
		err := t.consume(ctx, t.emitter.probeLogs(time.Now()))
		if err == nil {
			t.healthy()
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if isPermanent(err) {
			return nil
		}
		if err := t.refused(ctx, err); err != nil {
			return err
		}
	}
}
