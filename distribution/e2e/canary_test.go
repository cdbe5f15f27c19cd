// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// canarySources are sources with each kind of credentials. SECRET stands for the
// source's own canary, URL for the vendor.
var canarySources = map[string]string{
	"bearer":    `credentials: {bearer: "SECRET"}`,
	"file":      `credentials: {bearer_file: "FILE"}`,
	"header":    `credentials: {header: "SSWS SECRET"}`,
	"basic":     `credentials: {basic: {username: me, password: "SECRET"}}`,
	"apikey":    `credentials: {api_key: {value: "SECRET"}}`,
	"query":     `credentials: {api_key: {value: "SECRET", query: api_key}}`,
	"oauth2":    `credentials: {oauth2: {token_url: "URL/token/oauth2", client_id: me, client_secret: "SECRET"}}`,
	"refresh":   `credentials: {oauth2: {grant: refresh_token, token_url: "URL/token/refresh", client_id: me, client_auth: basic, client_secret: "SECRET", refresh_token: "SECRET"}}`,
	"login":     `credentials: {login: {url: "URL/token/login", body: '{"password":"{params.p}"}', secrets: {p: "SECRET"}, token_path: access_token, lifetime: 2s}}`,
	"sigv4":     `credentials: {sigv4: {region: eu-west-1, service: cloudtrail, access_key_id: AKIAIOSFODNN7EXAMPLE, secret_access_key: "SECRET", session_token: "SECRET"}}`,
	"hmac":      `credentials: {hmac: {key_id: me, key: "SECRET", message: "{method}{path}{timestamp}", headers: {X-Signature: "{signature}"}}}`,
	"digest":    `credentials: {digest: {username: me, password: "SECRET"}}`,
	"static":    `headers: {X-Static: "SECRET"}`,
	"extension": `auth: {authenticator: bearertokenauth}`,
}

const canaryService = `
extensions:
  bearertokenauth: {token: "EXTENSION"}
  file_storage: {directory: %q, create_directory: true}
  zpages: {endpoint: %q}
exporters:
  file: {path: %q}
  debug: {verbosity: detailed}
service:
  extensions: [bearertokenauth, file_storage, zpages]
  telemetry:
    logs: {level: debug, sampling: {enabled: false}}
    metrics: {level: detailed, readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: %s}}}}]}
    traces: {processors: [{simple: {exporter: {otlp: {protocol: http/protobuf, endpoint: %q}}}}]}
  pipelines: {logs: {receivers: [%s], exporters: [file, debug]}}
`

// spanSink keeps all bytes that are sent to it.
type spanSink struct {
	mu   sync.Mutex
	text strings.Builder
}

// ServeHTTP implements http.Handler.
func (s *spanSink) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(body)
}

func (s *spanSink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// canaryConfig writes the configuration and returns its file and all secrets in
// it.
func canaryConfig(t *testing.T, vendor, dir, zpages, metrics, spans string) (config string, names, secrets []string) {
	t.Helper()
	receivers := "receivers:\n"
	for name, credentials := range canarySources {
		secret := canary(name)
		secrets = append(secrets, secret, canary(name+"-token"), canary(name+"-refreshed"))
		names = append(names, "restaudit/"+name)
		file := filepath.Join(t.TempDir(), "secret")
		require.NoError(t, os.WriteFile(file, []byte(secret+"\n"), 0o600))
		receivers += fmt.Sprintf(`  restaudit/%s:
    endpoint: %s/%s
    %s
    storage: file_storage
    timeout: 5s
    poll_interval: 20ms
    retry: {initial_interval: 2ms, max_interval: 5ms}
    pagination: {type: next_url, persistent: true, next_url_path: next}
    response: {records: events, id: id, timestamp: time, error_when: [{path: ok, equals: false}]}
`, name, vendor, name, strings.NewReplacer("SECRET", secret, "FILE", file, "URL", vendor).Replace(credentials))
	}
	host, port, _ := strings.Cut(metrics, ":")
	require.Equal(t, "127.0.0.1", host)
	text := receivers + fmt.Sprintf(strings.Replace(canaryService, "EXTENSION", canary("extension"), 1),
		filepath.Join(dir, "state"), zpages, filepath.Join(dir, "out.jsonl"), port, spans, strings.Join(names, ", "))
	return write(t, "otel.yaml", text), names, secrets
}

// TestNoSecretLeavesButToTheVendor: with every kind of credentials, through every
// fault of a vendor that says all it hears back, nothing that the program leaves
// behind has a secret in it.
func TestNoSecretLeavesButToTheVendor(t *testing.T) {
	t.Parallel()
	vendor, spans := startParrot(t), &spanSink{}
	spanServer := httptest.NewServer(spans)
	t.Cleanup(spanServer.Close)
	dir, zpages, metrics := t.TempDir(), freeAddress(t), freeAddress(t)
	config, names, secrets := canaryConfig(t, vendor.url, dir, zpages, metrics, spanServer.URL)

	c := &collector{log: &output{}}
	startQuietly(t, c, config)
	for name := range canarySources {
		c.waitFor(t, name+" has met all faults", func() bool { return vendor.rounds("/"+name) >= 2 })
	}
	pages := map[string]string{"metrics": "http://" + metrics + "/metrics"}
	for _, page := range []string{"tracez", "pipelinez", "servicez", "extensionz", "featurez", "expvarz"} {
		pages[page] = "http://" + zpages + "/debug/" + page
	}
	for where, address := range pages {
		assertNoCanary(t, secrets, where, get(t, address))
	}
	assert.Contains(t, get(t, pages["metrics"]), "restaudit")
	assert.NotEmpty(t, spans.String())

	// A dump of all goroutines is what a crash leaves.
	require.NoError(t, syscall.Kill(c.Pid(), syscall.SIGQUIT))
	<-c.Done()
	log := c.log.String()
	assert.Contains(t, log, "goroutine ")
	assertNoCanary(t, secrets, "the log", log)
	assertNoCanary(t, secrets, "the spans", spans.String())
	assertNoCanaryInFiles(t, secrets, dir)
	for where, args := range canaryCommands(names, config) {
		assertNoCanary(t, secrets, where, runCommand(t, args...))
	}
}

// startQuietly starts the collector without the keys that startCollector adds,
// and shows only the end of its log if the test failed: it is long.
func startQuietly(t *testing.T, c *collector, config string) {
	t.Helper()
	var err error
	c.Process, err = rig.Start(t.Context(), rig.Program{Path: collectorBin, Args: []string{"--config", config}, Stdout: c.log, Stderr: c.log})
	require.NoError(t, err)
	t.Cleanup(func() {
		c.Kill()
		if log := c.log.String(); t.Failed() {
			t.Log(log[max(0, len(log)-2000):])
		}
	})
}

// canaryCommands are the commands that a user would look with.
func canaryCommands(sources []string, config string) map[string][]string {
	commands := map[string][]string{
		"validate":     {"validate", "--config", config},
		"print-config": {"print-config", "--feature-gates", "otelcol.printInitialConfig", "--config", config},
		"list":         {"checkpoint", "list", "--config", config},
	}
	for _, source := range sources {
		commands["show "+source] = []string{"checkpoint", "show", source, "--raw", "--config", config}
		for _, format := range []string{"table", "json", "otlp"} {
			commands["preview "+source+" "+format] = []string{
				"preview", source, "--output", format, "--pages", "40", "--use-refresh-token", "--config", config,
			}
		}
	}
	return commands
}

// runCommand returns all that a command says, for a few seconds.
func runCommand(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, collectorBin, args...).CombinedOutput()
	require.NoError(t, ctx.Err(), "%v takes too long: %v\n%s", args, err, out)
	require.NotEmpty(t, out, "%v", args)
	return string(out)
}

func assertNoCanaryInFiles(t *testing.T, secrets []string, dir string) {
	t.Helper()
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files++
		assertNoCanary(t, secrets, path, string(text))
		return err
	}))
	assert.Greater(t, files, len(canarySources), "checkpoints and output")
}

func get(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	res, err := (&http.Client{Timeout: time.Minute}).Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(body)
}
