// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

const (
	patience = 60 * time.Second
	tick     = 100 * time.Millisecond
)

// onTrouble are the metrics that appear with the first trouble of their kind
// only. That they exist is what documentation.md says, which is generated from
// the same file as the code.
var onTrouble = []string{
	"otelcol_restaudit_checkpoint_failures", "otelcol_restaudit_gaps", "otelcol_restaudit_held_records",
	"otelcol_restaudit_incidents",
}

var metricName = regexp.MustCompile(`\botelcol_\w+`)

// TestMetricsOfAlertsAndDashboardExist asks a running collector, with the
// telemetry settings of the chart, for each metric that is named.
func TestMetricsOfAlertsAndDashboardExist(t *testing.T) {
	documented, err := os.ReadFile("../../receiver/restauditreceiver/documentation.md")
	require.NoError(t, err)
	wanted := map[string]string{}
	for _, file := range []string{"../../alerts/otelcol-audit.yaml", "../../dashboards/otelcol-audit.json"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, name := range metricName.FindAllString(string(text), -1) {
			wanted[name] = file
		}
	}
	require.Greater(t, len(wanted), 12)
	for _, name := range onTrouble {
		assert.Contains(t, string(documented), "### "+name+"\n")
		delete(wanted, name)
	}
	metrics := startCollector(t)
	var missing []string
	if !assert.Eventually(t, func() bool {
		_, served := get(t.Context(), metrics)
		missing = missing[:0]
		for name := range wanted {
			if !regexp.MustCompile(`(?m)^` + name + `[{ ]`).MatchString(served) {
				missing = append(missing, name)
			}
		}
		return len(missing) == 0
	}, patience, tick) {
		_, served := get(t.Context(), metrics)
		t.Fatalf("not served: %v\nserved:\n%s", missing, served)
	}
}

// startCollector runs one source at a simulated vendor that refuses some
// requests, and returns where the metrics are.
func startCollector(t *testing.T) string {
	t.Helper()
	program, simulator := fromEnv(t, "OTELCOL_AUDIT_BIN"), fromEnv(t, "VENDORSIM_BIN")
	log := &output{}
	vendors, err := rig.StartVendors(t.Context(), simulator, io.Discard, "-rate", "20", "-backlog", "500", "-fault", "okta.rate_limit=0.3@1s")
	require.NoError(t, err)
	t.Cleanup(vendors.Kill)
	metrics, health := freePort(t), freePort(t)
	config := map[string]any{}
	require.NoError(t, yaml.Unmarshal([]byte(configs(t, "minimal")["audit-otelcol-audit"]), &config))
	dir := t.TempDir()
	source := at(config, "receivers", "restaudit/okta").(map[string]any)
	source["endpoint"] = vendors.URL + "/okta/api/v1/logs"
	source["poll_interval"] = "500ms"
	source["credentials"] = map[string]any{"header": "SSWS sim-okta-token"}
	at(config, "service", "pipelines", "logs/okta").(map[string]any)["exporters"] = []string{"nop"}
	config["exporters"] = map[string]any{"nop": nil}
	text, err := yaml.Marshal(config)
	require.NoError(t, err)
	moved := strings.NewReplacer("/var/lib/otelcol-audit", dir, "port: 8888", "port: "+metrics, "13133", health).Replace(string(text))
	file := filepath.Join(dir, "collector.yaml")
	require.NoError(t, os.WriteFile(file, []byte(moved), 0o600))
	collector, err := rig.Start(t.Context(), rig.Program{
		Path: program, Args: []string{"--config", file}, Env: []string{"POD_IP=127.0.0.1"}, Stdout: log, Stderr: log,
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		collector.Kill()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	// The address that the probes of the chart ask.
	require.Eventually(t, func() bool {
		status, _ := get(t.Context(), "http://127.0.0.1:"+health+"/status")
		return status == http.StatusOK
	}, patience, tick)
	return "http://127.0.0.1:" + metrics + "/metrics"
}

func freePort(t *testing.T) string {
	t.Helper()
	address, err := rig.FreeAddress(t.Context())
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	return port
}

// get asks an address; 0 when there is no answer.
func get(ctx context.Context, url string) (status int, body string) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, ""
	}
	client := http.Client{}
	defer client.CloseIdleConnections()
	answer, err := client.Do(request)
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, ""
	}
	return answer.StatusCode, string(text)
}
