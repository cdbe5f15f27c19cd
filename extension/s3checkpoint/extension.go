// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/uuid"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/metadata"
)

var _ storage.Extension = (*s3Extension)(nil)

var errNotStarted = errors.New("s3checkpoint: the extension is not started")

const errExporter = "s3checkpoint: refused to keep the sending queue of exporter %s in S3: a queue makes about three writes per batch, " +
	"and what it holds is acknowledged before it is sent. Give the exporter no storage, or file_storage; `allow_exporters: true` permits it anyway"

// s3Extension hands out the clients of one bucket and prefix.
type s3Extension struct {
	cfg     *Config
	set     extension.Settings
	base    *aws.Config // nil = the default chain
	builder *metadata.TelemetryBuilder
	env     environment

	mu     sync.Mutex
	open   map[string]*client // by key
	fenced map[string]error   // keys that were lost to another holder
}

func newExtension(cfg *Config, set extension.Settings, base *aws.Config) (*s3Extension, error) {
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	tel, err := newTelemetry(builder)
	if err != nil {
		builder.Shutdown()
		return nil, err
	}
	e := &s3Extension{cfg: cfg, set: set, base: base, builder: builder, open: map[string]*client{}, fenced: map[string]error{}}
	e.env = environment{
		cfg: cfg, log: set.Logger, tel: tel, build: set.BuildInfo.Version,
		health: &health{troubles: map[string]error{}},
	}
	return e, nil
}

// Start prepares the client of S3 and probes the server. A server that was
// shown to ignore conditional writes stops the Collector; one that can't be
// reached does not: sources report that by themselves and go on trying.
func (e *s3Extension) Start(ctx context.Context, host component.Host) error {
	loc, err := e.cfg.location()
	if err != nil {
		return err
	}
	awsCfg, err := awsConfig(ctx, e.cfg, e.base)
	if err != nil {
		return fmt.Errorf("s3checkpoint: %w", err)
	}
	st := &store{api: s3.NewFromConfig(awsCfg, e.cfg.s3Options), cfg: e.cfg, bucket: loc.bucket, count: e.env.tel.request, away: new(atomic.Bool)}
	p := &probe{
		store: st, log: e.env.log, key: loc.folder() + ".s3checkpoint-probe.json",
		require: e.cfg.RequireConditionalWrites, turn: make(chan struct{}, 1),
	}
	e.env.store, e.env.ready = st, p.run
	e.env.seed = newImporter(e.cfg, st, e.env.log).seed
	e.env.host, _ = os.Hostname() // for people only
	e.env.health.start(host)
	if err := p.run(ctx); err != nil {
		if errors.Is(err, ErrUnconditional) {
			return fmt.Errorf("s3checkpoint: %w", err)
		}
		e.env.log.Warn("S3 could not be probed yet; each source will try again", zap.Error(err))
	}
	return nil
}

// Shutdown closes what its components left open.
func (e *s3Extension) Shutdown(ctx context.Context) error {
	e.mu.Lock()
	left := make([]*client, 0, len(e.open))
	for _, c := range e.open {
		left = append(left, c)
	}
	e.mu.Unlock()
	var errs []error
	for _, c := range left {
		errs = append(errs, c.Close(ctx))
	}
	e.builder.Shutdown()
	return errors.Join(errs...)
}

// GetClient gives the client of a component. It does not talk to S3: the
// client's first call takes the checkpoint over, and waits for the lease if
// another replica has it. A second client of the same component and name is
// refused until the first is closed.
func (e *s3Extension) GetClient(_ context.Context, kind component.Kind, id component.ID, storageName string) (storage.Client, error) {
	if kind == component.KindExporter && !e.cfg.AllowExporters {
		return nil, fmt.Errorf(errExporter, id)
	}
	if e.env.store == nil {
		return nil, errNotStarted
	}
	c := e.newClient(kind, id, storageName)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.open[c.key] != nil {
		c.end()
		return nil, fmt.Errorf("s3checkpoint: %s is in use in this process already: use another storage name for each use", c.store.url(c.key))
	}
	if c.ttl == 0 {
		// Without a lease a second takeover would throw the other holder out again,
		// and so on. It takes a restart, which somebody meant.
		c.fenced = e.fenced[c.key]
	}
	e.open[c.key] = c
	e.env.tel.add(c)
	return c, nil
}

// Readmit forgets that this process was thrown out of a checkpoint: somebody
// has decided that it is its turn again, as an election does. A client that was
// thrown out stays out, the next one is let in.
func (e *s3Extension) Readmit(kind component.Kind, id component.ID, storageName string) {
	loc, _ := e.cfg.location() // checked by Start
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.fenced, loc.objectKey(kind, id, storageName))
}

func (e *s3Extension) newClient(kind component.Kind, id component.ID, storageName string) *client {
	loc, _ := e.cfg.location() // checked by Start
	c := &client{
		environment: e.env,
		identity:    identity{component: componentName(kind, id), storageName: storageName},
		key:         loc.objectKey(kind, id, storageName),
		writer:      document.Writer{ID: uuid.NewString(), Host: e.env.host, Version: e.env.build},
		turn:        make(chan struct{}, 1),
	}
	if lease := e.cfg.Lease.Get(); lease != nil {
		c.ttl = lease.TTL
	}
	c.log = e.env.log.With(zap.String("checkpoint", c.name()))
	c.life, c.end = context.WithCancel(context.Background())
	c.closing = c.life.Done()
	c.forget = func() { e.forget(c) }
	return c
}

func (e *s3Extension) forget(c *client) {
	e.env.tel.remove(c)
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.open, c.key)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fenced != nil {
		e.fenced[c.key] = c.fenced
	}
}
