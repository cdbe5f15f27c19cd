// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// speed is how much faster than the rules say the alerts are judged: an hour of
// theirs is 15 seconds here, a scrape a minute is one every 250 ms.
const speed = "240"

// standing are the alerts that any trouble leads to which keeps a source from
// polling for long enough.
var standing = []string{"AuditSourceStale", "AuditSourceNotPolled"}

// TestEachAlertIsProvoked runs one collector with one source per trouble, and
// two without any. Each alert must fire for the source in its trouble, and no
// other alert for any.
func TestEachAlertIsProvoked(t *testing.T) {
	troubles := troubles(t)
	watched := watch(t, startTroubled(t, troubles))
	fired := map[string]map[string]string{}
	for end := time.Now().Add(patience); !allFired(troubles, fired) && time.Now().Before(end); {
		line, err := watched.ReadBytes('\n')
		require.NoError(t, err, "the collector or its judge has ended")
		var now struct {
			Firing []struct {
				Name, Summary string
				Labels        map[string]string
			}
		}
		require.NoError(t, json.Unmarshal(line, &now))
		for _, alert := range now.Firing {
			source := strings.TrimPrefix(alert.Labels["receiver"], "restaudit/")
			if fired[source] == nil {
				fired[source] = map[string]string{}
			}
			fired[source][alert.Name] = alert.Summary
		}
	}
	var provoked []string
	for source, its := range troubles {
		for _, name := range its.alerts {
			assert.Contains(t, fired[source], name, "does not fire for the source %q", source)
		}
		for name, summary := range fired[source] {
			allowed := slices.Contains(its.alerts, name) || len(its.alerts) > 0 && slices.Contains(standing, name)
			assert.True(t, allowed, "%s fires for the source %q: %s", name, source, summary)
			assert.Contains(t, summary, "restaudit/"+source, name)
			provoked = append(provoked, name)
		}
	}
	for _, r := range rules(t) {
		assert.Contains(t, provoked, r.Alert, "nothing here provokes it")
	}
}

func allFired(troubles map[string]trouble, fired map[string]map[string]string) bool {
	for source, its := range troubles {
		for _, name := range its.alerts {
			if _, ok := fired[source][name]; !ok {
				return false
			}
		}
	}
	return true
}

// watch starts the judge of the alerts, which prints a line per scrape.
func watch(t *testing.T, metrics string) *bufio.Reader {
	t.Helper()
	read, write := io.Pipe()
	log := &output{}
	judge, err := rig.Start(t.Context(), rig.Program{
		Path: fromEnv(t, "FIRING_BIN"), Args: []string{"-rules", "../../alerts/otelcol-audit.yaml", "-speed", speed, metrics},
		Stdout: write, Stderr: log,
	})
	require.NoError(t, err)
	go func() {
		<-judge.Done()
		write.Close()
	}()
	t.Cleanup(func() {
		read.Close()
		judge.Kill()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return bufio.NewReader(read)
}

// startTroubled starts a collector with all the sources, and returns where its
// metrics are. Each source has a pipeline and a storage of its own.
func startTroubled(t *testing.T, troubles map[string]trouble) string {
	t.Helper()
	program := fromEnv(t, "OTELCOL_AUDIT_BIN")
	fromEnv(t, "FIRING_BIN")
	metrics := freePort(t)
	receivers, pipelines := map[string]any{}, map[string]any{}
	for name, its := range troubles {
		receivers["restaudit/"+name] = its.source
		pipelines["logs/"+name] = map[string]any{"receivers": []string{"restaudit/" + name}, "exporters": []string{its.exporter}}
	}
	text, err := os.ReadFile("testdata/troubled.yaml")
	require.NoError(t, err)
	config := map[string]any{}
	require.NoError(t, yaml.Unmarshal(text, &config))
	config["receivers"] = receivers
	at(config, "service").(map[string]any)["pipelines"] = pipelines
	text, err = yaml.Marshal(config)
	require.NoError(t, err)
	dir, log := t.TempDir(), &output{}
	file := filepath.Join(dir, "collector.yaml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	collector, err := rig.Start(t.Context(), rig.Program{
		Path: program, Args: []string{"--config", file}, Stdout: log, Stderr: log,
		Env: []string{
			"STATE=" + dir, "METRICS_PORT=" + metrics, "S3_ENDPOINT=" + failingS3(t), "DESTINATION=" + destination(t),
			"AWS_ACCESS_KEY_ID=audit-key", "AWS_SECRET_ACCESS_KEY=audit-secret",
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		collector.Kill()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	url := "http://127.0.0.1:" + metrics + "/metrics"
	require.Eventually(t, func() bool {
		status, _ := get(t.Context(), url)
		return status == http.StatusOK
	}, patience, tick)
	return url
}
