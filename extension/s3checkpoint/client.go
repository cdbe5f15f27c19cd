// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
)

var (
	_ storage.Client = (*client)(nil)
	_ storage.Walker = (*client)(nil)
)

// identity is whose checkpoint an object is.
type identity struct{ component, storageName string }

// environment is what all clients of an extension share.
type environment struct {
	cfg    *Config
	store  *store
	log    *zap.Logger
	tel    *telemetry
	health *health
	ready  func(context.Context) error // the server was probed
	seed   func(context.Context, identity) (map[string]document.Value, error)
	host   string
	build  string
}

// client keeps the state of one component in one object. It holds the object
// from its first call on, not from GetClient on: that call may have to wait for
// a lease, or for S3, and must not stop the start of a Collector.
type client struct {
	environment
	identity
	key    string
	writer document.Writer
	ttl    time.Duration // of the lease; 0 = none
	forget func()        // tells the extension that the client is closed

	// turn is held by whoever talks to S3 and changes held, watch and seizing.
	turn  chan struct{}
	held  *holding // nil until the object was acquired
	watch watch
	// seizing is how the client is to take the object over: seize.go.
	seizing seizing

	life    context.Context // ends with Close; bounds the heartbeat, which no caller waits for
	end     context.CancelFunc
	closing <-chan struct{} // life.Done()
	beats   sync.WaitGroup  // the heartbeat

	mu      sync.Mutex
	queue   []*batch
	data    map[string]document.Value // what is durable; never changed, only replaced
	renewed time.Time                 // when the last write that became durable was sent
	current time.Time                 // when everything set was last known to be durable
	epoch   uint64
	fenced  error
	closed  bool
}

// holding is what a client knows about the object that it holds.
type holding struct {
	doc  *document.Document
	body []byte // doc as it lies in S3
	etag string
	// unsure: a write failed in a way that it may have been applied, or may still be.
	unsure  bool
	prev    previous
	garbage []string // parts that doc no longer refers to
}

// Get gives a copy of the bytes under key, or nil if there are none. The first
// call of a client waits until it holds the object, or until ctx ends.
func (c *client) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	if err := c.Batch(ctx, op); err != nil {
		return nil, err
	}
	return op.Value, nil
}

// Set stores a copy of value. It is durable when Set returns nil.
func (c *client) Set(ctx context.Context, key string, value []byte) error {
	return c.Batch(ctx, storage.SetOperation(key, value))
}

// Delete removes key from the object.
func (c *client) Delete(ctx context.Context, key string) error {
	return c.Batch(ctx, storage.DeleteOperation(key))
}

// Batch applies ops in order, all or none, in one write. A Get sees the earlier
// operations of its batch.
func (c *client) Batch(ctx context.Context, ops ...*storage.Operation) error {
	b, err := newBatch(ops)
	if err != nil {
		return c.wrap(err)
	}
	if b.readOnly() {
		data, err := c.view(ctx)
		if err != nil {
			return c.wrap(err)
		}
		b.apply(data)
	} else if err := c.submit(ctx, b); err != nil {
		return c.wrap(err)
	}
	return c.wrap(c.deliver(ctx, b))
}

// name is how the client is called in metrics and status.
func (i identity) name() string {
	if i.storageName == "" {
		return i.component
	}
	return i.component + "/" + i.storageName
}

func (c *client) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("s3checkpoint: %s: %w", c.name(), err)
}

// deliver fills in the results of the Gets of a batch.
func (c *client) deliver(ctx context.Context, b *batch) error {
	for _, r := range b.reads {
		if !r.found {
			r.target.Value = nil
			continue
		}
		value, err := c.bytesOf(ctx, r.value)
		if err != nil {
			return err
		}
		r.target.Value = value
	}
	return nil
}

// view gives the durable state, which the client holds.
func (c *client) view(ctx context.Context) (map[string]document.Value, error) {
	if data, err := c.glance(); data != nil || err != nil {
		return data, err
	}
	if err := c.take(ctx); err != nil {
		return nil, err
	}
	defer c.give()
	if err := c.hold(ctx); err != nil {
		return nil, err
	}
	return c.held.doc.Data, nil
}

// glance gives the state without talking to S3, or nil if that is needed.
func (c *client) glance() (map[string]document.Value, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.usable(); err != nil {
		return nil, err
	}
	if c.lapsed() {
		return nil, nil
	}
	return c.data, nil
}

// usable tells whether the client may still be used. mu is held.
func (c *client) usable() error {
	if c.closed {
		return ErrClosed
	}
	return c.fenced
}

// take waits for the turn.
func (c *client) take(ctx context.Context) error {
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("while another call holds the turn: %w", ctx.Err())
	}
}

func (c *client) give() { <-c.turn }

// hold makes sure that the client holds the object and its lease is fresh. The
// turn is held.
func (c *client) hold(ctx context.Context) error {
	c.mu.Lock()
	err, lapsed := c.usable(), c.lapsed()
	c.mu.Unlock()
	switch {
	case err != nil:
		return err
	case c.held == nil:
		return c.acquire(ctx)
	case lapsed:
		return c.renew(ctx)
	}
	return nil
}

// Epoch gives the fencing epoch that the client holds, 0 before its first call.
func (c *client) Epoch() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.epoch
}

// accept makes doc, which lies in S3 under etag, the state. sent is when the
// write was sent, at the latest.
func (c *client) accept(doc *document.Document, body []byte, etag string, sent time.Time) {
	if c.held == nil {
		c.held = &holding{}
	}
	c.held.doc, c.held.body, c.held.etag, c.held.unsure = doc, body, etag, false
	c.mu.Lock()
	defer c.mu.Unlock()
	c.data, c.epoch = doc.Data, doc.Epoch
	if sent.After(c.renewed) {
		c.renewed = sent
	}
	c.current = time.Now()
}

// confirm notes that everything set is durable, without a write.
func (c *client) confirm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = time.Now()
}

// fence stops the client for good.
func (c *client) fence(found *document.Document) error {
	err := &FencedError{Object: c.store.url(c.key), Epoch: c.Epoch(), By: found.Epoch, Host: found.Writer.Host}
	c.mu.Lock()
	c.fenced = err
	c.mu.Unlock()
	c.log.Error("fenced: this source stops here", zap.Error(err), zap.String("writer", found.Writer.ID))
	c.tel.fenced(c.name())
	c.health.report(c.name(), err)
	return err
}

// Close gives the lease up and ends the client. Everything that was set is
// durable already. A second Close does nothing.
func (c *client) Close(ctx context.Context) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	c.mu.Unlock()
	c.end() // whoever has the turn makes no further attempt
	err := c.take(ctx)
	if err == nil {
		c.beats.Wait()
		c.release(ctx)
		c.give()
	}
	c.health.report(c.name(), nil)
	c.forget()
	return c.wrap(err)
}

// isFinal tells whether repeating a call can't help.
func isFinal(err error) bool {
	return errors.Is(err, ErrFenced) || errors.Is(err, ErrClosed) || errors.Is(err, ErrNewer) || errors.Is(err, storage.ErrStorageFull)
}
