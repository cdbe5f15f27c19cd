// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"encoding/json"
	"maps"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint"
)

// judgeBucket looks at every version that the checkpoint had (F50): an epoch has
// one writer, and neither epoch nor generation ever falls. It takes the last one
// over for the judgement of the storage.
func (w *World) judgeBucket() {
	if w.bucket == nil || w.hopeless {
		return
	}
	type version struct {
		Epoch, Generation uint64
		Writer            struct{ ID string }
	}
	var last version
	torn := false
	for i, body := range w.bucket.sim.Versions(bucketName, bucketKey) {
		var v version
		if json.Unmarshal(body, &v) != nil {
			torn = true
			continue
		}
		if torn && v.Writer.ID == last.Writer.ID {
			last.Generation-- // a torn write has hit what its own writer did not know to be in place
		}
		switch {
		case v.Epoch < last.Epoch, v.Generation <= last.Generation:
			w.violation("F50: version %d of the checkpoint has epoch %d and generation %d, after %d and %d", i, v.Epoch, v.Generation, last.Epoch, last.Generation)
		case v.Epoch == last.Epoch && v.Writer.ID != last.Writer.ID:
			w.violation("F50: version %d of the checkpoint: two writers have epoch %d", i, v.Epoch)
		case v.Epoch > last.Epoch && last.Epoch > 0:
			w.cover("S3t")
		}
		last, torn = v, false
	}
	w.readBucket()
}

// readBucket reads the state that is left.
func (w *World) readBucket() {
	ext, err := w.newExtension(w.bucket.sim.Client().Transport)
	if err != nil {
		w.violation("setup: %v", err)
		return
	}
	ctx := context.Background()
	defer func() { _ = ext.Shutdown(ctx) }() // it holds nothing
	if err := ext.Start(ctx, componenttest.NewNopHost()); err != nil {
		w.violation("setup: %v", err)
		return
	}
	found, err := ext.(s3checkpoint.Inspector).Inspect(ctx, component.KindReceiver, component.MustNewIDWithName("restaudit", "sim"), "")
	if err != nil {
		w.violation("F46: the last checkpoint can't be read: %v", err)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.disk.data = maps.Clone(found.Data)
}
