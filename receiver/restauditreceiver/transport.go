// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configmiddleware"
	"go.opentelemetry.io/collector/extension/extensionmiddleware"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"

	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// httpClient makes the Collector's HTTP client with four changes that its
// settings have no keys for: the transport below all its layers is hardened, what
// those layers add to a request is remembered as secret, the telemetry above them
// sees no query, no secret in a path and no error text, which may hold secrets,
// and the cookies are bounded. The pings go through net/http's own settings.
// secrets are those of all credentials.
func (r *auditReceiver) httpClient(ctx context.Context, host component.Host, cfg confighttp.ClientConfig, secrets func() []string) (client *http.Client, added func() []string, err error) {
	// A middleware is the only way to get hold of the transport. The last one is
	// next to it.
	id := component.NewIDWithName(metadata.Type, "hardened transport")
	hard := &hardener{denyPrivate: r.cfg.DenyPrivateNetworks, added: additions{open: r.cfg.openTexts()}, pings: http.HTTP2Config{
		SendPingTimeout: cfg.HTTP2ReadIdleTimeout, PingTimeout: cfg.HTTP2PingTimeout,
	}}
	// With it the Collector would take another HTTP/2 than that of net/http, and
	// force_attempt_http2 could not switch that off.
	cfg.HTTP2ReadIdleTimeout = 0
	extensions := map[component.ID]component.Component{id: hard}
	maps.Copy(extensions, host.GetExtensions())
	cfg.Middlewares = append(slices.Clone(cfg.Middlewares), configmiddleware.Config{ID: id})

	quiet := r.set.TelemetrySettings
	quiet.TracerProvider, quiet.MeterProvider = nil, nil // ours goes around it, below
	client, err = cfg.ToClient(ctx, extensions, quiet)
	if err != nil {
		return nil, nil, err
	}
	if client.Jar != nil {
		if client.Jar, err = newSmallJar(); err != nil {
			return nil, nil, err
		}
	}
	client.Transport = veil{secrets: secrets, idle: hard.transport, next: otelhttp.NewTransport(unveil{client.Transport},
		otelhttp.WithTracerProvider(r.set.TracerProvider),
		otelhttp.WithMeterProvider(r.set.MeterProvider),
		otelhttp.WithPropagators(otel.GetTextMapPropagator()),
	)}
	return client, hard.added.texts, nil
}

// hardener is a middleware that hardens the transport that it gets.
type hardener struct {
	component.StartFunc
	component.ShutdownFunc
	denyPrivate bool
	pings       http.HTTP2Config

	transport *http.Transport
	added     additions
}

var _ extensionmiddleware.HTTPClient = (*hardener)(nil)

// GetHTTPRoundTripper implements extensionmiddleware.HTTPClient.
func (h *hardener) GetHTTPRoundTripper(context.Context) (extensionmiddleware.WrapHTTPRoundTripperFunc, error) {
	return func(_ context.Context, base http.RoundTripper) (http.RoundTripper, error) {
		t, ok := base.(*http.Transport)
		if !ok {
			return nil, errors.New("the Collector's HTTP client has no transport of net/http, whose limits can be set")
		}
		send.Harden(t, h.denyPrivate)
		t.HTTP2 = &h.pings
		if choose := t.Proxy; choose != nil {
			t.Proxy = func(r *http.Request) (*url.URL, error) {
				u, err := choose(r)
				h.added.noteProxy(u)
				return u, err
			}
		}
		h.transport = t
		return witness{t, &h.added}, nil
	}, nil
}
