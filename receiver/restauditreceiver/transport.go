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

// httpClient makes the Collector's HTTP client with two changes that its
// settings have no keys for: the transport below all its layers is hardened, and
// the telemetry above them sees no query, which may hold secrets.
func (r *auditReceiver) httpClient(ctx context.Context, host component.Host, cfg confighttp.ClientConfig) (*http.Client, error) {
	// A middleware is the only way to get hold of the transport. The last one is
	// next to it.
	id := component.NewIDWithName(metadata.Type, "hardened transport")
	hard := &hardener{denyPrivate: r.cfg.DenyPrivateNetworks}
	extensions := map[component.ID]component.Component{id: hard}
	maps.Copy(extensions, host.GetExtensions())
	cfg.Middlewares = append(slices.Clone(cfg.Middlewares), configmiddleware.Config{ID: id})

	quiet := r.set.TelemetrySettings
	quiet.TracerProvider, quiet.MeterProvider = nil, nil // ours goes around it, below
	client, err := cfg.ToClient(ctx, extensions, quiet)
	if err != nil {
		return nil, withoutURL(err)
	}
	client.Transport = hideQuery{idle: hard.transport, next: otelhttp.NewTransport(showQuery{client.Transport},
		otelhttp.WithTracerProvider(r.set.TracerProvider),
		otelhttp.WithMeterProvider(r.set.MeterProvider),
		otelhttp.WithPropagators(otel.GetTextMapPropagator()),
	)}
	return client, nil
}

// withoutURL takes off what net/url says of a wrong URL: the URL, with the
// password that a proxy's may have.
func withoutURL(err error) error {
	if bad, ok := errors.AsType[*url.Error](err); ok {
		return bad.Err
	}
	return err
}

// hardener is a middleware that hardens the transport that it gets.
type hardener struct {
	component.StartFunc
	component.ShutdownFunc
	denyPrivate bool

	transport *http.Transport
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
		h.transport = t
		return t, nil
	}, nil
}

// queryKey is where the real URL of a request waits.
type queryKey struct{}

// hideQuery gives what follows a URL without its query.
type hideQuery struct {
	next http.RoundTripper
	idle *http.Transport
}

// RoundTrip implements http.RoundTripper.
func (h hideQuery) RoundTrip(req *http.Request) (*http.Response, error) {
	shown := *req.URL
	shown.RawQuery, shown.ForceQuery = "", false
	out := req.WithContext(context.WithValue(req.Context(), queryKey{}, req.URL))
	out.URL = &shown
	return h.next.RoundTrip(out)
}

// CloseIdleConnections is what http.Client.CloseIdleConnections looks for. The
// Collector's layers don't pass it on.
func (h hideQuery) CloseIdleConnections() { h.idle.CloseIdleConnections() }

// showQuery gives what follows the real URL again.
type showQuery struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (s showQuery) RoundTrip(req *http.Request) (*http.Response, error) {
	if whole, ok := req.Context().Value(queryKey{}).(*url.URL); ok {
		req = req.Clone(req.Context())
		req.URL = whole
	}
	return s.next.RoundTrip(req)
}
