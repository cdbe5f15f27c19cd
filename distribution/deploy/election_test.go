// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
	"github.com/restaudit/otelcol-audit/internal/s3sim"
	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

// TestARealClusterElectsOneReplica runs two replicas with the chart's config and
// with the token of the chart's service account: the rights of its Role must do.
func TestARealClusterElectsOneReplica(t *testing.T) {
	c := startCluster(t)
	restricted(t, c, "audit")
	for _, object := range inNamespace(t, "election", "audit") {
		require.NoError(t, c.Create(t.Context(), object))
	}
	token, err := c.Token(t.Context(), "audit", "audit-otelcol-audit")
	require.NoError(t, err)
	sim := vendorsim.New(vendorsim.Options{Defaults: vendorsim.VendorOptions{
		Log: vendorsim.LogConfig{Rate: 20, Backlog: 100, BacklogSpan: time.Minute},
	}})
	vendors, store := httptest.NewServer(sim), httptest.NewServer(s3sim.New("audit"))
	t.Cleanup(vendors.Close)
	t.Cleanup(store.Close)
	kubeconfig := writeKubeconfig(t, c, token)
	replicas := [2]*output{{}, {}}
	var processes [2]*rig.Process
	for i := range replicas {
		processes[i] = startReplica(t, replicas[i], kubeconfig, vendors.URL, store.URL)
	}
	const leads, waits = "This replica is the leader", "Another replica is the leader"
	leader := func() int {
		for i, log := range replicas {
			if strings.Contains(log.String(), leads) {
				return i
			}
		}
		return -1
	}
	require.Eventually(t, func() bool { return leader() >= 0 && strings.Contains(replicas[leader()].String(), "Fetched ") }, patience, tick)
	first := leader()
	standby := replicas[1-first]
	assert.Contains(t, standby.String(), waits)
	assert.NotContains(t, standby.String(), leads, "one leader at a time")
	processes[first].Kill()
	require.Eventually(t, func() bool {
		_, since, elected := strings.Cut(standby.String(), leads)
		return elected && strings.Contains(since, "Fetched ")
	}, patience, tick, "the standby goes on")
	assert.NotContains(t, standby.String(), "forbidden", "the role has the rights that it needs")
}

// startReplica starts a collector with the chart's configuration of a shard, on
// loopback and with shorter times.
func startReplica(t *testing.T, log *output, kubeconfig, vendors, store string) *rig.Process {
	t.Helper()
	dir := t.TempDir()
	config := map[string]any{}
	require.NoError(t, yaml.Unmarshal([]byte(configs(t, "election")["audit-otelcol-audit-0"]), &config))
	maps.Copy(at(config, "extensions", "k8s_leader_elector").(map[string]any), map[string]any{
		"auth_type": "kubeConfig", "lease_duration": "3s", "renew_deadline": "2s", "retry_period": "500ms",
	})
	maps.Copy(at(config, "extensions", "s3checkpoint").(map[string]any), map[string]any{
		"url": "s3://audit/checkpoints", "endpoint": store, "path_style": true, "allow_http": true,
	})
	receivers := map[string]any{"restaudit/okta": map[string]any{
		"preset": "okta", "endpoint": vendors + "/okta/api/v1/logs", "credentials": map[string]any{"header": "SSWS sim-okta-token"},
		"poll_interval": "500ms", "storage": "s3checkpoint", "k8s_leader_elector": "k8s_leader_elector",
	}}
	config["receivers"], config["exporters"] = receivers, map[string]any{"nop": nil}
	service := at(config, "service").(map[string]any)
	service["pipelines"] = map[string]any{"logs": map[string]any{"receivers": []string{"restaudit/okta"}, "exporters": []string{"nop"}}}
	text, err := yaml.Marshal(config)
	require.NoError(t, err)
	moved := strings.NewReplacer("port: 8888", "port: "+freePort(t), "13133", freePort(t)).Replace(string(text))
	file := filepath.Join(dir, "collector.yaml")
	require.NoError(t, os.WriteFile(file, []byte(moved), 0o600))
	replica, err := rig.Start(t.Context(), rig.Program{
		Path: fromEnv(t, "OTELCOL_AUDIT_BIN"), Args: []string{"--config", file}, Stdout: log, Stderr: log,
		Env: []string{"POD_IP=127.0.0.1", "KUBECONFIG=" + kubeconfig, "AWS_ACCESS_KEY_ID=audit-key", "AWS_SECRET_ACCESS_KEY=audit-secret"},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		replica.Kill()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return replica
}
