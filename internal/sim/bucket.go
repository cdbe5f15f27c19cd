// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint"
	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

// bucketPlan says whether the state of a world is kept by the real s3checkpoint
// on a simulated S3, and how.
type bucketPlan struct {
	on bool
	// lease is the TTL; 0 = who starts takes over.
	lease time.Duration
	// previousEvery is how old the previous generation may be. Only with 1 are
	// writes torn: what is lost then is what was never confirmed.
	previousEvery int
}

// bucketed lets some worlds keep their state in S3. It has a stream of its own,
// so that it changes no other world.
func (s *Scenario) bucketed(r *stream, polls int) {
	if !r.chance(.05) {
		return
	}
	s.Bucket = bucketPlan{on: true, previousEvery: pick(r, 1, 10)}
	if r.chance(.5) {
		// Heartbeats cost most of the time that such a world takes.
		s.Bucket.lease = min(10*time.Minute, max(30*time.Second, s.Rough/20))
	}
	f := &s.Faults
	f.corrupt = 0 // the document's own tests damage every byte
	f.takeOver = pick(r, 0., 1, 3) / float64(polls)
	if f.save == 0 {
		f.save = pick(r, 0, .1, .3)
	}
}

// bucket is the S3 of a world, with the one object that matters.
type bucket struct {
	w   *World
	sim *s3sim.Server
	// holder is the number of the last incarnation that has read its state; the
	// world's lock guards it.
	holder int
}

const (
	bucketName = "audit"
	bucketKey  = "receiver_restaudit_sim.json"
)

func newBucket(w *World) *bucket { return &bucket{w: w, sim: s3sim.New(bucketName), holder: -1} }

// storage gives an incarnation the client that its state is kept with, and what
// closes it.
func (w *World) storage(inc *incarnation, rand *stream) (storage.Client, func()) {
	if w.bucket == nil {
		c := &client{w: w, inc: inc, rand: rand}
		return batcher(c.batch), func() {}
	}
	c := &bucketClient{w: w, inc: inc, rand: rand}
	return batcher(c.batch), c.shutdown
}

// bucketClient is the storage of one incarnation: s3checkpoint's, between
// the places where a kill can strike. Its calls do not overlap.
type bucketClient struct {
	w    *World
	inc  *incarnation
	rand *stream
	ext  storage.Extension
	real storage.Client // nil until the first call
}

// open starts the extension, as the Collector does before its receivers.
func (c *bucketClient) open(ctx context.Context) error {
	if c.real != nil {
		return nil
	}
	line := &line{w: c.w, inc: c.inc, rand: newStream(c.w.s.Seed, fmt.Sprintf("line of %d", c.inc.no))}
	ext, err := c.w.newExtension(line)
	if err != nil {
		return err
	}
	if err := ext.Start(ctx, componenttest.NewNopHost()); err != nil {
		return err
	}
	c.ext = ext
	c.real, err = ext.GetClient(ctx, component.KindReceiver, component.MustNewIDWithName("restaudit", "sim"), "")
	return err
}

// newExtension makes s3checkpoint on a transport. It gives up at the first
// failure, because the source tries again by itself, by a back-off that comes
// from the seed.
func (w *World) newExtension(via http.RoundTripper) (storage.Extension, error) {
	factory := s3checkpoint.NewFactory(s3checkpoint.WithAWSConfig(aws.Config{
		HTTPClient: &http.Client{Transport: via}, Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	}))
	cfg, ok := factory.CreateDefaultConfig().(*s3checkpoint.Config)
	if !ok {
		return nil, errors.New("not the configuration of s3checkpoint")
	}
	cfg.Bucket, cfg.Endpoint, cfg.PathStyle = bucketName, "http://localhost", true
	cfg.Retry = s3checkpoint.RetryConfig{InitialInterval: time.Second, MaxInterval: time.Second, MaxElapsedTime: time.Nanosecond}
	cfg.PreviousEvery = w.s.Bucket.previousEvery
	if ttl := w.s.Bucket.lease; ttl > 0 {
		cfg.Lease = configoptional.Some(s3checkpoint.LeaseConfig{TTL: ttl})
	}
	set := extension.Settings{ID: component.NewID(factory.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
	ext, err := factory.Create(context.Background(), set, cfg)
	if err != nil {
		return nil, err
	}
	return ext.(storage.Extension), nil
}

// shutdown is the end of the process, orderly or not: after a kill nothing that
// it sends arrives.
func (c *bucketClient) shutdown() {
	if c.ext != nil {
		_ = c.ext.Shutdown(context.Background()) // without S3 the lease runs out by itself
	}
}

// batch is the one call that all others are made of.
func (c *bucketClient) batch(ctx context.Context, ops ...*storage.Operation) error {
	before, after := loadBefore, loadAfter
	if writes(ops) {
		before, after = saveBoundary(ops), saveAfter
	}
	if err := c.w.boundary(c.inc, before); err != nil {
		return err
	}
	if before != loadBefore {
		c.w.supersede(c.inc, c.rand)
	}
	err := c.open(ctx)
	if err == nil {
		err = c.real.Batch(ctx, ops...)
	}
	if c.inc.dead.Load() {
		return errKilled
	}
	if err != nil {
		c.w.trace("storage #%d: %v", c.inc.no, err)
		return err
	}
	c.w.noteBatch(c.inc, ops)
	return c.w.boundary(c.inc, after)
}

// noteBatch looks at the states that were read and written.
func (w *World) noteBatch(inc *incarnation, ops []*storage.Operation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bucket.holder = max(w.bucket.holder, inc.no)
	for _, op := range ops {
		w.judgeBytes(op.Value)
		if op.Key == checkpoint.KeyState && len(op.Value) > 0 {
			w.noteState(op.Value)
		}
	}
}
