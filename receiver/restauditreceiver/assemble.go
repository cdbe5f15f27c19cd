// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configauth"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/internal/auth"
	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/internal/source"
)

// common is what the parts of a receiver share: connections, sessions at the
// vendor, the component's status.
type common struct {
	host component.Host
	// requests is for the vendor's log. tokens is for what the credentials send
	// themselves: it goes without the source's headers and authentication, as a
	// token URL is another origin than the endpoint.
	requests, tokens *http.Client
	// added are the secrets that the Collector puts on requests, and proxies' ones.
	added func() []string
	// root is the storage client that bears the receiver's name alone.
	root  storage.Client
	board *board
	// sessions are the authorizers, by the values that they depend on.
	sessions map[string]auth.Authorizer
}

// secrets are those of all credentials of the receiver. The sessions are complete
// before the first request.
func (c *common) secrets() []string {
	out := c.added()
	for _, session := range c.sessions {
		out = append(out, session.Secrets()...)
	}
	return out
}

// assemble puts all sources of the receiver together.
func (r *auditReceiver) assemble(ctx context.Context, host component.Host) error {
	shared := &common{host: host, board: &board{host: host}, sessions: map[string]auth.Authorizer{}}
	var err error
	if shared.root, err = r.storageClient(ctx, host, ""); err != nil {
		return err
	}
	var forRequests, forTokens func() []string
	shared.added = func() []string { return slices.Concat(forRequests(), forTokens()) }
	if shared.requests, forRequests, err = r.httpClient(ctx, host, r.cfg.ClientConfig, shared.secrets); err != nil {
		return err
	}
	bare := r.cfg.ClientConfig
	bare.Headers, bare.Auth = nil, configoptional.None[configauth.Config]()
	if shared.tokens, forTokens, err = r.httpClient(ctx, host, bare, shared.secrets); err != nil {
		return err
	}
	for _, part := range r.cfg.Parts() {
		p, err := r.assemblePart(ctx, shared, part)
		if err != nil {
			return err
		}
		r.running = append(r.running, p)
	}
	return nil
}

// assemblePart puts one source together: the one place where all steps meet.
//
//	confighttp -> send.Client -> fetch.Fetcher --\
//	credentials ----^                             source.Source -> sink -> pipeline
//	storage client -> checkpoint.Store -----------/
func (r *auditReceiver) assemblePart(ctx context.Context, shared *common, part Part) (*running, error) {
	store, err := r.store(ctx, shared, part)
	if err != nil {
		return nil, err
	}
	c, err := part.Config.compile()
	if err != nil {
		return nil, err
	}
	authorizer, err := r.authorizer(shared, part)
	if err != nil {
		return nil, err
	}
	c.send.Authorize, c.send.Large = authorizer.Authorize, r.large
	c.send.Secrets = func() []string { return slices.Concat(authorizer.Secrets(), shared.added()) }
	if err := r.share(&c.send); err != nil {
		return nil, err
	}
	sender, err := send.NewClient(shared.requests, c.send)
	if err != nil {
		return nil, err
	}
	fetcher, err := fetch.New(c.fetch, sender, authorizer)
	if err != nil {
		return nil, err
	}
	tel, err := newTelemetry(r.set.ID, part.Name, r.set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	logger, name := r.set.Logger, part.SourceName(r.set.ID.String())
	if part.Name != "" {
		logger = logger.With(zap.String("source", name))
	}
	state := shared.board.part(part.Name)
	out, err := r.sink(c, part.Config, sinkSettings{next: r.next, telemetry: tel, status: state, logger: logger}, name)
	if err != nil {
		tel.shutdown()
		return nil, err
	}
	src := source.New(c.source, fetcher, out, store, newObserver(name, tel, state, logger))
	return &running{run: src.Run, logger: logger, closeIdle: sender.CloseIdleConnections, telemetry: tel, join: r.large.Join}, nil
}

// store is where the part keeps its position.
func (r *auditReceiver) store(ctx context.Context, shared *common, part Part) (source.Store, error) {
	if part.Name == "" {
		return checkpoint.NewStore(shared.root), nil
	}
	client, err := r.storageClient(ctx, shared.host, part.StorageName())
	if err != nil {
		return nil, err
	}
	return newHeir(client, shared.root, part.Config.fingerprint()), nil
}

// share puts the source under its budget. The rate is the budget's then, not the
// source's own. The parts of a receiver share one: they use one credential.
func (r *auditReceiver) share(s *send.Settings) error {
	limit := r.cfg.RateLimit
	name := limit.Budget
	if name == "" && limit.Reserve == 0 && len(r.cfg.lists) == 0 {
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

// authorizer puts the credentials on requests. Parts for which the credentials
// read the same share one, and with it its session at the vendor.
func (r *auditReceiver) authorizer(shared *common, part Part) (auth.Authorizer, error) {
	var differs []string
	params := part.Config.params()
	for _, name := range r.cfg.lists {
		if r.cfg.Credentials.Mentions("{params." + name + "}") {
			differs = append(differs, params[name])
		}
	}
	key := strings.Join(differs, "\x00")
	if a := shared.sessions[key]; a != nil {
		return a, nil
	}
	s := auth.Settings{HTTP: shared.tokens, AllowHTTP: r.cfg.AllowHTTP, Params: params, Secrets: shared.added, Open: r.cfg.openTexts()}
	tokens, err := newTokenStore(shared.root, r.cfg.Credentials.OAuth2)
	if err != nil {
		return nil, err
	}
	if tokens != nil {
		s.Store = tokens
	}
	a, err := auth.New(r.cfg.Credentials, s)
	if err != nil {
		return nil, err
	}
	shared.sessions[key] = a
	return a, nil
}

// sink is the end of a source that leads into the pipeline.
func (r *auditReceiver) sink(c *compiled, cfg *Config, s sinkSettings, name string) (*sink, error) {
	var err error
	s.obs, err = receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
		ReceiverID: r.set.ID, Transport: "http", LongLivedCtx: true, ReceiverCreateSettings: r.set,
	})
	if err != nil {
		return nil, fmt.Errorf("telemetry: %w", err)
	}
	resource := map[string]string{attributeSource: name}
	maps.Copy(resource, cfg.resource())
	s.emitter = newEmitter(emitSettings{
		body: cfg.Body, attributes: c.attributes, mapsFrom: c.mapsFrom, resource: resource,
		documentID: cfg.DocumentID, version: r.set.BuildInfo.Version,
	})
	s.backOff = newBackOff(cfg.Retry.InitialInterval, cfg.Retry.MaxInterval, cfg.Retry.Multiplier, nil)
	s.quarantine, s.quarantineAfter = cfg.OnPermanentError.Action == actionQuarantine, cfg.OnPermanentError.QuarantineAfter
	return newSink(s), nil
}

// resource are the resource attributes, with the params filled in.
func (c *Config) resource() map[string]string {
	params := c.params()
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, "{params."+name+"}", params[name])
	}
	fill := strings.NewReplacer(pairs...)
	out := texts(c.ResourceAttributes)
	for key, value := range out {
		out[key] = fill.Replace(value)
	}
	return out
}
