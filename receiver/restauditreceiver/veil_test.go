// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/extensionmiddleware"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// talker is an extension that asks a server of its own, and quotes it.
type talker struct {
	component.StartFunc
	component.ShutdownFunc
	refused error // by its server; nil = the request is sent on
}

func (x *talker) GetHTTPRoundTripper(context.Context) (extensionmiddleware.WrapHTTPRoundTripperFunc, error) {
	return func(_ context.Context, base http.RoundTripper) (http.RoundTripper, error) {
		return talking{x, base}, nil
	}, nil
}

type talking struct {
	*talker
	base http.RoundTripper
}

func (x talking) RoundTrip(req *http.Request) (*http.Response, error) {
	if x.refused != nil {
		return nil, x.refused
	}
	res, err := x.base.RoundTrip(req)
	if err != nil {
		err = fmt.Errorf("with c4nary: %w", err)
	}
	return res, err
}

// TestErrorsOfExtensionsAreNotQuoted: they hold what the extension's own server
// has answered, and that may be a secret that the receiver doesn't know.
func TestErrorsOfExtensionsAreNotQuoted(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	id := component.MustNewID("talker")
	for name, tc := range map[string]struct {
		refused error
		want    string
		foreign bool
	}{
		"of the extension": {errors.New("oauth2: cannot fetch token: 400 Bad Request\nResponse: c4nary"), "answered 400 Bad Request", true},
		"of the transport": {nil, "connection refused", false},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := load(t, "endpoint: https://api.example.com\nmiddlewares: [{id: talker}]")
			require.NoError(t, err)
			set := receivertest.NewNopSettings(metadata.Type)
			host := &electedHost{extensions: map[component.ID]component.Component{id: &talker{refused: tc.refused}}}
			client, _, err := (&auditReceiver{cfg: cfg, set: set}).httpClient(t.Context(), host, cfg.ClientConfig, canarySecret)
			require.NoError(t, err)
			_, err = askOnce(t, client, gone.URL)
			require.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "c4nary")
			_, foreign := errors.AsType[*send.ForeignError](err)
			assert.Equal(t, tc.foreign, foreign)
		})
	}
}
