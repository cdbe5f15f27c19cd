// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint"
)

// storedEvery is how often a source that runs stores its checkpoint at least,
// not counting the time between two polls. It is twice what internal/source
// does, because a poll takes its time.
const storedEvery = 10 * time.Minute

// takeOver makes an open checkpoint this process's, so that it can be changed.
// It refuses while a collector has it, or may have it, unless forced: that
// collector's source would stop for good. What locks a file was refused already.
func (s *store) takeOver(ctx context.Context, force bool, out io.Writer) error {
	inspector, inspects := s.ext.(s3checkpoint.Inspector)
	seizer, seizes := s.client.(s3checkpoint.Seizer)
	if !inspects || !seizes {
		return nil
	}
	found, err := inspector.Inspect(ctx, component.KindReceiver, s.source, s.part.StorageName())
	if err != nil {
		return err
	}
	if !force {
		if err := s.inUse(found); err != nil {
			return err
		}
		if found.Leased {
			fmt.Fprintf(out, "Host %q has not given up its lease of %s. Watching for %s whether it renews it; --force does not watch.\n",
				found.Host, s.name(), found.TTL)
		}
	}
	err = seizer.Seize(ctx, force)
	if errors.Is(err, s3checkpoint.ErrHeld) {
		return fmt.Errorf("the checkpoint of %s is held by a running collector on host %q: stop it first, it gives the lease up then", s.name(), found.Host)
	}
	return err
}

// inUse refuses a checkpoint without a lease that a collector may still have: it
// was stored a short time ago, and its writer did not end in order.
func (s *store) inUse(found *s3checkpoint.Snapshot) error {
	atLeast := storedEvery
	if s.part.Config != nil {
		atLeast += s.part.Config.PollInterval
	}
	age := time.Since(found.UpdatedAt)
	if !found.Exists || found.Leased || found.Released || age > atLeast {
		return nil
	}
	return fmt.Errorf("the checkpoint of %s was stored %s ago by host %q, and nobody gave it up since: a collector that has it would stop polling the source for good. "+
		"Stop it first. If it was killed, wait until %s, or add --force", s.name(), max(age, 0).Round(time.Second), found.Host, stamp(found.UpdatedAt.Add(atLeast).Truncate(time.Second)))
}
