// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/receiver"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

var sourceID = component.MustNewIDWithName("restaudit", "test")

// settings are those of one source, written in YAML.
func settings(t *testing.T, text string) Settings {
	t.Helper()
	factory := restauditreceiver.NewFactory()
	cfg := factory.CreateDefaultConfig()
	var section map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &section))
	require.NoError(t, confmap.NewFromStringMap(section).Unmarshal(cfg))
	return Settings{
		Factories: otelcol.Factories{Receivers: map[component.Type]receiver.Factory{factory.Type(): factory}},
		Config:    &otelcol.Config{Receivers: map[component.ID]component.Config{sourceID: cfg}},
		Source:    sourceID, Pages: 2,
	}
}

func TestRunShowsTokensAsSuchAndHidesThem(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"access_token":"access-secret","token_type":"Bearer","expires_in":3600}`)
	})
	mux.HandleFunc("GET /log", func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer access-secret", r.Header.Get("Authorization"))
		assert.Empty(t, r.Header.Get(pageMark), "the mark does not leave the process")
		fmt.Fprint(w, `[{"id":"a"},{"id":"b"}]`)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	result, err := Run(t.Context(), settings(t, `
endpoint: `+server.URL+`/log
credentials: {oauth2: {token_url: `+server.URL+`/token, client_id: me, client_secret: client-secret}}
response: {id: id}
exclude_on: ['"b"']
`))
	require.NoError(t, err)
	require.Len(t, result.Exchanges, 2)
	token, page := result.Exchanges[0], result.Exchanges[1]
	assert.False(t, token.ForPage)
	assert.Equal(t, "***", token.Body)
	assert.Equal(t, "POST "+server.URL+"/token", token.Request)
	assert.True(t, page.ForPage)
	assert.Equal(t, 2, page.Records)
	assert.Equal(t, []string{`{"id":"b"}`}, page.LeftOut)
	assert.True(t, result.CaughtUp)
	require.Len(t, result.Logs, 1)
	assert.Equal(t, 1, result.Logs[0].LogRecordCount())
	require.NotNil(t, result.Next)
	all := fmt.Sprintf("%+v", result.Exchanges)
	assert.NotContains(t, all, "access-secret")
	assert.NotContains(t, all, "client-secret")
}

func TestRunEndsAfterThePagesOfASourceInTwoSteps(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /list", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"items":[{"url":"/item/%s"}],"next":"%s0"}`, r.URL.Query().Get("after"), r.URL.Query().Get("after"))
	})
	mux.HandleFunc("GET /item/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `[{"id":"e%s"}]`, r.PathValue("id"))
	})
	mux.HandleFunc("GET /item/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[{"id":"e"}]`) })
	server := httptest.NewServer(mux)
	defer server.Close()
	result, err := Run(t.Context(), settings(t, `
endpoint: `+server.URL+`/list
pagination: {type: cursor, cursor_param: after, cursor_path: next}
expand: {items: items, url_path: url}
response: {records: "@this", id: id}
`))
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(result.Logs), 2, "%+v", result)
	assert.LessOrEqual(t, len(result.Logs), 3, "no more than the page under way")
	assert.False(t, result.CaughtUp)
}

func TestRunEndsWhenTheVendorDoesNotAnswer(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	result, err := Run(t.Context(), settings(t, "endpoint: "+server.URL+"/log\nretry: {initial_interval: 1ms, max_interval: 2ms}\n"))
	require.NoError(t, err)
	require.NotEmpty(t, result.Problems)
	assert.Equal(t, "retry", result.Problems[len(result.Problems)-1].Class)
	assert.Empty(t, result.Logs)
}

func TestRunRefuses(t *testing.T) {
	s := settings(t, "endpoint: https://api.example.com/log\npoll_interval: -1s")
	_, err := Run(t.Context(), s)
	assert.ErrorContains(t, err, "receivers::restaudit/test: `poll_interval`")

	s = settings(t, "endpoint: https://api.example.com/log\nauth: {authenticator: oauth2client}")
	_, err = Run(t.Context(), s)
	assert.ErrorContains(t, err, "extensions::oauth2client: the receiver names it, but it is not defined")

	s = settings(t, "endpoint: https://api.example.com/log\ncredentials: {oauth2: {token_url: 'https://a.example.com', client_id: x, client_secret: y123, grant: refresh_token, refresh_token: secret}}")
	_, err = Run(t.Context(), s)
	assert.ErrorIs(t, err, ErrRotates)
}

func TestRedactorHidesSecretsByValueAndByName(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("from-a-file\n"), 0o600))
	s := settings(t, `
endpoint: https://api.example.com/log
credentials: {api_key: {query: apptoken, value_file: `+file+`}, basic: {username: user, password: "pass word"}}
request: {headers: {X-Plain: shown, X-Session-Token: hidden}}
headers: {X-Tenant: tenant-secret, Cookie: "session=y_NbAkKc66ry; theme=dark"}
`)
	r := newRedactor(s.Config.Receivers[sourceID].(*restauditreceiver.Config))
	basic := base64.StdEncoding.EncodeToString([]byte("pass word"))
	for _, secret := range []string{"from-a-file", "pass word", "pass+word", "pass%20word", "tenant-secret", basic, "y_NbAkKc66ry"} {
		assert.Equal(t, "a *** b", r.text("a "+secret+" b"))
	}
	req := httptest.NewRequest(http.MethodGet, "https://api.example.com/log?apptoken=rotated&page=2&x=from-a-file", nil)
	assert.Equal(t, "GET https://api.example.com/log?apptoken=***&page=2&x=***", r.request(req))
	assert.Equal(t, "https://api.example.com/log?after=x&apptoken=***", r.cursor("https://api.example.com/log?after=x&apptoken=rotated"))
	assert.Equal(t, []Header{{"Accept", "application/json"}, {"Authorization", "***"}, {"X-Plain", "shown"}, {"X-Session-Token", "***"}, {"X-Tenant", "***"}},
		r.headers(http.Header{
			"Accept": {"application/json"}, "Authorization": {"Basic x"}, "X-Plain": {"shown"}, "X-Session-Token": {"t"}, "X-Tenant": {"t"},
			"User-Agent": {"x"},
		}))

	// A token that was got on the way, which the vendor says back.
	req = httptest.NewRequest(http.MethodGet, "https://api.example.com/log?apptoken=l0gged-in", nil)
	req.Header = http.Header{"Authorization": {"Token token=g0t/token99"}, "X-Plain": {"shown"}}
	r.learn(req)
	assert.Equal(t, "*** *** *** shown", r.text("g0t/token99 G0T%2ftoken99 l0gged-in shown"))
}

// TestAPreviewShowsEachPageThatItGot often, because the receiver asks for the
// next page, which ends the preview, while it delivers the last one.
func TestAPreviewShowsEachPageThatItGot(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Next", r.URL.Query().Get("cursor")+"x")
		fmt.Fprintf(w, `[{"id":"a%[1]s"},{"id":"b%[1]s"}]`, r.URL.Query().Get("cursor"))
	}))
	defer server.Close()
	for range 50 {
		s := settings(t, `
endpoint: `+server.URL+`
credentials: {bearer: token}
pagination: {type: cursor, cursor_param: cursor, cursor_header: X-Next}
response: {id: id}
`)
		s.Pages = 1
		result, err := Run(t.Context(), s)
		require.NoError(t, err)
		require.Len(t, result.Exchanges, 1)
		require.Len(t, result.Logs, 1)
		require.Equal(t, 2, result.Logs[0].LogRecordCount())
	}
}
