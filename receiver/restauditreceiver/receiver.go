// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/receiver"

	"github.com/restaudit/otelcol-audit/internal/send"
)

// auditReceiver runs one source, or one for each combination of its listed
// params, for as long as the Collector runs.
type auditReceiver struct {
	cfg  *Config
	set  receiver.Settings
	next consumer.Logs

	// running is empty until Start.
	running []*running
	// clients are the storage clients that are open. The first one bears the
	// receiver's name alone.
	clients []storage.Client
	// budgets, large and curfew are shared by all receivers of the factory.
	budgets *send.Budgets
	large   *send.LargeBodies
	curfew  *curfew
	// office and dismiss are set if this is one of several replicas. Running and
	// clients belong to its goroutine then.
	office  *office
	dismiss context.CancelFunc
}

// maxPace is how far apart the parts of a receiver start, at most: they ask the
// same vendor.
const maxPace = 500 * time.Millisecond

// Start starts the source and returns: the first request is made in the
// background. Its errors are those that only an operator can mend.
func (r *auditReceiver) Start(ctx context.Context, host component.Host) error {
	if r.cfg.Storage == nil {
		r.set.Logger.Warn("no `storage` is set: a restart forgets the position and starts at `start_at` again")
	}
	if r.cfg.ClientConfig.TLS.InsecureSkipVerify {
		r.set.Logger.Warn("`tls::insecure_skip_verify` is set: anybody on the way to the vendor can read the credentials and write events; set `tls::ca_file` instead")
	}
	if r.cfg.LeaderElector != nil {
		return r.stand(host)
	}
	return r.begin(ctx, host)
}

// begin starts all sources of the receiver.
func (r *auditReceiver) begin(ctx context.Context, host component.Host) error {
	if err := r.assemble(ctx, host); err != nil {
		for _, p := range r.running {
			p.telemetry.shutdown()
		}
		r.running = nil
		if closing := r.closeClients(ctx); closing != nil {
			err = fmt.Errorf("%w (and: %w)", err, closing)
		}
		return err
	}
	pace := min(maxPace, r.cfg.PollInterval/time.Duration(len(r.running)))
	for i, p := range r.running {
		p.start(time.Duration(i) * pace)
	}
	return nil
}

// Shutdown makes no more requests, lets the pages in flight finish for up to what
// is left of the grace period or until ctx ends, stores the positions and returns.
// It may be called without Start, and twice.
func (r *auditReceiver) Shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.curfew.enter(r.cfg.ShutdownGrace))
	defer r.curfew.leave()
	defer cancel()
	if r.office != nil {
		return r.office.close(ctx, r.dismiss)
	}
	return r.end(ctx)
}

// end stops all sources of the receiver, as one replica of several after each
// term: the pages in flight have the grace period, or until ctx ends.
func (r *auditReceiver) end(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.ShutdownGrace)
	defer cancel()
	var stopping sync.WaitGroup
	for _, p := range r.running {
		stopping.Go(func() { p.stop(ctx) })
	}
	stopping.Wait()
	r.running = nil
	return r.closeClients(ctx)
}

// storageClient gets a client of this receiver; without a storage extension, one
// that forgets.
func (r *auditReceiver) storageClient(ctx context.Context, host component.Host, name string) (storage.Client, error) {
	store, err := r.storage(host)
	if err != nil {
		return nil, err
	}
	if store == nil {
		return storage.NewNopClient(), nil
	}
	r.readmit(store, name)
	client, err := store.GetClient(ctx, component.KindReceiver, r.set.ID, name)
	if err != nil {
		return nil, fmt.Errorf("`storage`: extension %q: %w", r.cfg.Storage, err)
	}
	r.clients = append(r.clients, client)
	return client, nil
}

// storage finds the storage extension; nil if none is set.
func (r *auditReceiver) storage(host component.Host) (storage.Extension, error) {
	id := r.cfg.Storage
	if id == nil {
		return nil, nil
	}
	ext, ok := host.GetExtensions()[*id]
	if !ok {
		return nil, fmt.Errorf("`storage`: there is no extension %q: define it under `extensions` and list it in `service::extensions`", id)
	}
	store, ok := ext.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("`storage`: extension %q does not store anything: name a storage extension, such as file_storage or s3checkpoint", id)
	}
	return store, nil
}

// closeClients closes all storage clients, whatever became of ctx.
func (r *auditReceiver) closeClients(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var errs []error
	for _, client := range r.clients {
		errs = append(errs, client.Close(ctx))
	}
	r.clients = nil
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing the storage client: %w", err)
	}
	return nil
}
