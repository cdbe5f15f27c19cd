// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"fmt"
	"maps"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configauth"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/receiver/receiverhelper"

	"github.com/restaudit/otelcol-audit/internal/auth"
	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/internal/source"
)

// assemble puts the source together: the one place where all parts meet.
//
//	confighttp -> send.Client -> fetch.Fetcher --\
//	credentials ----^                             source.Source -> sink -> pipeline
//	storage client -> checkpoint.Store -----------/
func (r *auditReceiver) assemble(ctx context.Context, host component.Host, client storage.Client) (*running, error) {
	c, err := r.cfg.compile()
	if err != nil {
		return nil, err
	}
	base, err := r.httpClient(ctx, host, r.cfg.ClientConfig)
	if err != nil {
		return nil, err
	}
	authorizer, err := r.authorizer(ctx, host, client)
	if err != nil {
		return nil, err
	}
	c.send.Authorize, c.send.Secrets = authorizer.Authorize, authorizer.Secrets
	if err := r.share(&c.send); err != nil {
		return nil, err
	}
	sender, err := send.NewClient(base, c.send)
	if err != nil {
		return nil, err
	}
	fetcher, err := fetch.New(c.fetch, sender, authorizer)
	if err != nil {
		return nil, err
	}
	tel, err := newTelemetry(r.set.ID, r.set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	state := newStatus(host)
	out, err := r.sink(c, tel, state)
	if err != nil {
		tel.shutdown()
		return nil, err
	}
	observer := newObserver(r.set.ID, tel, state, r.set.Logger)
	src := source.New(c.source, fetcher, out, checkpoint.NewStore(client), observer)
	return &running{run: src.Run, client: client, logger: r.set.Logger, closeIdle: sender.CloseIdleConnections, telemetry: tel}, nil
}

// share puts the source under its budget. The rate is the budget's then, not the
// source's own.
func (r *auditReceiver) share(s *send.Settings) error {
	limit := r.cfg.RateLimit
	name := limit.Budget
	if name == "" && limit.Reserve == 0 {
		return nil
	}
	if name == "" {
		name = "of " + r.set.ID.String()
	}
	var err error
	s.Budget, err = r.budgets.Get(name, send.BudgetSettings{
		Reserve: float64(limit.Reserve), RequestsPerSecond: limit.RequestsPerSecond, Burst: limit.Burst,
	})
	s.RequestsPerSecond = 0
	return err
}

// authorizer puts the credentials on requests. What it sends itself, to get a
// token, goes without the source's headers and authentication: a token URL is
// another origin than the endpoint.
func (r *auditReceiver) authorizer(ctx context.Context, host component.Host, storageClient storage.Client) (auth.Authorizer, error) {
	bare := r.cfg.ClientConfig
	bare.Headers, bare.Auth = nil, configoptional.None[configauth.Config]()
	client, err := r.httpClient(ctx, host, bare)
	if err != nil {
		return nil, err
	}
	s := auth.Settings{HTTP: client, AllowHTTP: r.cfg.AllowHTTP, Params: texts(r.cfg.Params)}
	tokens, err := newTokenStore(storageClient, r.cfg.Credentials.OAuth2)
	if err != nil {
		return nil, err
	}
	if tokens != nil {
		s.Store = tokens
	}
	return auth.New(r.cfg.Credentials, s)
}

// sink is the end of the source that leads into the pipeline.
func (r *auditReceiver) sink(c *compiled, tel *telemetry, state *status) (*sink, error) {
	obs, err := receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
		ReceiverID: r.set.ID, Transport: "http", LongLivedCtx: true, ReceiverCreateSettings: r.set,
	})
	if err != nil {
		return nil, fmt.Errorf("telemetry: %w", err)
	}
	resource := map[string]string{attributeSource: r.set.ID.String()}
	maps.Copy(resource, texts(r.cfg.ResourceAttributes))
	return newSink(sinkSettings{
		next: r.next, obs: obs, telemetry: tel, status: state, logger: r.set.Logger,
		emitter: newEmitter(emitSettings{
			body: r.cfg.Body, attributes: c.attributes, mapsFrom: c.mapsFrom, resource: resource,
			documentID: r.cfg.DocumentID, version: r.set.BuildInfo.Version,
		}),
		backOff:         newBackOff(r.cfg.Retry.InitialInterval, r.cfg.Retry.MaxInterval, r.cfg.Retry.Multiplier, nil),
		quarantine:      r.cfg.OnPermanentError.Action == actionQuarantine,
		quarantineAfter: r.cfg.OnPermanentError.QuarantineAfter,
	}), nil
}
