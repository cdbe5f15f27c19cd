// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/internal/send"
)

// auditReceiver runs one source for as long as the Collector runs.
type auditReceiver struct {
	cfg  *Config
	set  receiver.Settings
	next consumer.Logs

	// running is nil until Start.
	running *running
	// budgets are shared by all receivers of the factory.
	budgets *send.Budgets
}

// Start starts the source and returns: the first request is made in the
// background. Its errors are those that only an operator can mend.
func (r *auditReceiver) Start(ctx context.Context, host component.Host) error {
	if r.cfg.Storage == nil {
		r.set.Logger.Warn("no `storage` is set: a restart forgets the position and starts at `start_at` again")
	}
	if r.cfg.ClientConfig.TLS.InsecureSkipVerify {
		r.set.Logger.Warn("`tls::insecure_skip_verify` is set: anybody on the way to the vendor can read the credentials and write events; set `tls::ca_file` instead")
	}
	client, err := storageClient(ctx, host, r.cfg.Storage, r.set.ID)
	if err != nil {
		return err
	}
	parts, err := r.assemble(ctx, host, client)
	if err != nil {
		return fmt.Errorf("%w%s", err, closing(ctx, client))
	}
	r.running = parts
	parts.start()
	return nil
}

// Shutdown makes no more requests, lets the page in flight finish for up to the
// grace period or until ctx ends, stores the position and returns. It may be
// called without Start, and twice.
func (r *auditReceiver) Shutdown(ctx context.Context) error {
	if r.running == nil {
		return nil
	}
	err := r.running.stop(ctx, r.cfg.ShutdownGrace)
	r.running = nil
	return err
}

// storageClient gets the client of this receiver; without a storage extension,
// one that forgets.
func storageClient(ctx context.Context, host component.Host, id *component.ID, receiverID component.ID) (storage.Client, error) {
	if id == nil {
		return storage.NewNopClient(), nil
	}
	ext, ok := host.GetExtensions()[*id]
	if !ok {
		return nil, fmt.Errorf("`storage`: there is no extension %q: define it under `extensions` and list it in `service::extensions`", id)
	}
	store, ok := ext.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("`storage`: extension %q does not store anything: name a storage extension, such as file_storage or s3checkpoint", id)
	}
	client, err := store.GetClient(ctx, component.KindReceiver, receiverID, "")
	if err != nil {
		return nil, fmt.Errorf("`storage`: extension %q: %w", id, err)
	}
	return client, nil
}

// closing closes a client on the way out of a failed start.
func closing(ctx context.Context, client storage.Client) string {
	if err := client.Close(ctx); err != nil {
		return fmt.Sprintf(" (and the storage client did not close: %v)", err)
	}
	return ""
}

// running is a source that runs.
type running struct {
	run       func(ctx, hard context.Context) error
	client    storage.Client
	logger    *zap.Logger
	closeIdle func()
	telemetry *telemetry

	// soft ends the requests, hard the deliveries.
	soft, hard context.CancelFunc
	done       chan struct{}
}

func (p *running) start() {
	// Not the context of Start: it ends when the Collector has started. And no
	// deadline: exporters give up early under one.
	hardCtx, hard := context.WithCancel(context.Background())
	softCtx, soft := context.WithCancel(hardCtx)
	p.soft, p.hard, p.done = soft, hard, make(chan struct{})
	go func() {
		defer close(p.done)
		if err := p.run(softCtx, hardCtx); err != nil {
			p.logger.Error("the source has stopped for good", zap.Error(err))
		}
	}()
}

func (p *running) stop(ctx context.Context, grace time.Duration) error {
	defer p.hard()
	p.soft()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
		p.logger.Warn("the page in flight was not accepted within `shutdown_grace`: it is delivered again after the restart")
	case <-ctx.Done():
	}
	p.hard()
	<-p.done
	p.closeIdle()
	p.telemetry.shutdown()
	if err := p.client.Close(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("closing the storage client: %w", err)
	}
	return nil
}
