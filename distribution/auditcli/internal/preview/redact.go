// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/xconfmap"

	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

const hidden = "***"

// redactor takes secrets out of what is shown: by their values, which the
// configuration and the requests tell, and by the names of what usually carries
// them. It is safe for concurrent use.
type redactor struct {
	mu sync.Mutex
	// secrets are those of the configuration, and the tokens that were got.
	secrets []string
	// params are query parameters that carry a credential.
	params []string
	// shown are the headers whose values are shown.
	shown []string
}

func newRedactor(cfg *restauditreceiver.Config) *redactor {
	r := &redactor{shown: []string{"Accept", "Content-Type"}, secrets: secretsOf(cfg)}
	if key := cfg.Credentials.APIKey; key != nil && key.Query != "" {
		r.params = append(r.params, key.Query)
	}
	if login := cfg.Credentials.Login; login != nil && login.Query != "" {
		r.params = append(r.params, login.Query)
	}
	for name := range cfg.Request.Headers {
		if !send.SecretHeader(name) {
			r.shown = append(r.shown, textproto.CanonicalMIMEHeaderKey(name))
		}
	}
	return r
}

// text hides known secrets anywhere in a text, in all their spellings.
func (r *redactor) text(s string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return send.Blot(s, r.secrets)
}

// learn remembers what a request carries as secret: a token that was got on the
// way is in no configuration.
func (r *redactor) learn(req *http.Request) {
	var found []string
	for name, values := range req.Header {
		if !slices.Contains(r.shown, name) && !slices.Contains(noise, name) {
			found = append(found, values...)
		}
	}
	for _, name := range r.params {
		found = append(found, req.URL.Query()[name]...)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, secret := range whole(found) {
		if !slices.Contains(r.secrets, secret) {
			r.secrets = append(r.secrets, secret)
		}
	}
}

// request describes a request in one line.
func (r *redactor) request(req *http.Request) string { return r.text(request.Redacted(req, r.params)) }

// cursor describes a position, which may be a URL.
func (r *redactor) cursor(token string) string {
	u, err := url.Parse(token)
	if err != nil || u.Host == "" {
		return r.text(token)
	}
	_, link, _ := strings.Cut(r.request(&http.Request{Method: http.MethodGet, URL: u}), " ")
	return link
}

// noise are headers that say nothing about the source.
var noise = []string{"Accept-Encoding", "User-Agent", "Traceparent", "Tracestate"}

// headers lists the headers of a request, most of them without their values.
func (r *redactor) headers(h http.Header) []Header {
	var all []Header
	for name, values := range h {
		value := hidden
		if slices.Contains(r.shown, name) {
			value = r.text(strings.Join(values, ", "))
		}
		if !slices.Contains(noise, name) {
			all = append(all, Header{Name: name, Value: value})
		}
	}
	slices.SortFunc(all, func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// secretsOf are the secrets in a configuration: what is blanked out when it is
// written down, and the contents of the files that it names as secrets.
func secretsOf(cfg *restauditreceiver.Config) []string {
	blank, open := confmap.New(), confmap.New()
	if blank.Marshal(cfg) != nil || open.Marshal(cfg, xconfmap.WithUnredacted()) != nil {
		return nil
	}
	var found []string
	var compare func(key string, a, b any)
	compare = func(key string, a, b any) {
		switch b := b.(type) {
		case map[string]any:
			section, _ := a.(map[string]any)
			for key, value := range b {
				compare(key, section[key], value)
			}
		case []any:
			items, _ := a.([]any)
			for i := range min(len(items), len(b)) {
				compare(key, items[i], b[i])
			}
		case string:
			if a != b {
				found = append(found, b)
			} else if strings.HasSuffix(key, "_file") && b != "" {
				if text, err := os.ReadFile(b); err == nil {
					found = append(found, strings.TrimRight(string(text), "\r\n"))
				}
			}
		}
	}
	compare("", blank.ToStringMap(), open.ToStringMap())
	return whole(found)
}

// whole leaves out what is too short to be a secret, and adds the parts of values
// such as "SSWS TOKEN" or "KEY/ID". The longest come first, so that they are hidden
// as a whole.
func whole(found []string) []string {
	var secrets []string
	for _, s := range found {
		secrets = append(secrets, s)
		if _, token, ok := strings.Cut(s, " "); ok {
			secrets = append(secrets, token)
		}
		secrets = append(secrets, send.Open{}.Parts(s)...)
	}
	secrets = slices.DeleteFunc(secrets, func(s string) bool { return len(s) < 4 })
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	return secrets
}
