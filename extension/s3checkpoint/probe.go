// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"fmt"
	"slices"

	"go.uber.org/zap"
)

// probe finds out whether the server honours conditional writes, by three
// writes to one fixed key. That it is there already is part of the test, so no
// right to delete is needed.
type probe struct {
	store   *store
	log     *zap.Logger
	key     string
	require bool
	turn    chan struct{}
	done    bool  // guarded by turn
	refusal error // the answer, if it is no
}

const probeBody = "{\"note\": \"s3checkpoint writes this object at its start, to see that conditional writes work\"}\n"

// run gives nil if the store may be used. It asks the server once; an error
// that leaves the question open is not remembered.
func (p *probe) run(ctx context.Context) error {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if p.done {
		return p.refusal
	}
	honoured, err := p.ask(ctx)
	if err != nil {
		return fmt.Errorf("probe for conditional writes: %w", err)
	}
	p.done = true
	switch {
	case honoured:
	case p.require:
		p.refusal = fmt.Errorf("%s: %w, so two replicas could overwrite each other: use another server, or set `require_conditional_writes: false` and never run two",
			p.store.url(p.key), ErrUnconditional)
	default:
		p.store.emulate = true
		p.log.Warn("the server ignores conditional writes: run one replica only, or they may overwrite each other's checkpoints")
	}
	return p.refusal
}

func (p *probe) ask(ctx context.Context) (honoured bool, err error) {
	absent := condition{absent: true}
	bogus := condition{match: `"00000000000000000000000000000000"`}
	for i, try := range []struct {
		cond condition
		may  []kind // the answers of a server that honours conditions
	}{
		{absent, []kind{kindOK, kindPrecondition, kindConflict}},
		{absent, []kind{kindPrecondition, kindConflict}},
		{bogus, []kind{kindPrecondition, kindConflict}},
	} {
		_, err := p.store.putIf(ctx, p.key, []byte(probeBody), try.cond)
		k := kindOf(err)
		switch {
		case slices.Contains(try.may, k):
		case k == kindOK || k == kindUnsupported:
			p.log.Debug("probe: a write passed whose condition does not hold", zap.Int("write", i+1))
			return false, nil
		case err != nil:
			return false, err
		}
	}
	return true, nil
}
