// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// output is what processes print. Safe for concurrent use.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// TestComposeNamesWhatExists: targets of the Dockerfile, and files.
func TestComposeNamesWhatExists(t *testing.T) {
	text, err := os.ReadFile("../../compose.yaml")
	require.NoError(t, err)
	var compose struct {
		Services map[string]struct {
			Build struct {
				Dockerfile string
				Target     string
			}
			ReadOnly  bool     `yaml:"read_only"`
			CapDrop   []string `yaml:"cap_drop"`
			Volumes   []string
			DependsOn []string `yaml:"depends_on"`
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &compose))
	for name, service := range compose.Services {
		dockerfile, err := os.ReadFile("../../" + service.Build.Dockerfile)
		require.NoError(t, err, name)
		assert.Contains(t, string(dockerfile), "\nFROM scratch AS "+service.Build.Target+"\n", name)
		assert.True(t, service.ReadOnly, name)
		assert.Equal(t, []string{"ALL"}, service.CapDrop, name)
		for _, other := range service.DependsOn {
			assert.Contains(t, compose.Services, other, name)
		}
		for _, volume := range service.Volumes {
			if file, _, _ := strings.Cut(volume, ":"); strings.HasPrefix(file, "./") {
				assert.FileExists(t, "../../"+file, name)
			}
		}
	}
}

// TestComposeWithoutAnEngine runs the programs of compose.yaml with its
// configurations, on loopback instead of the containers' network.
func TestComposeWithoutAnEngine(t *testing.T) {
	program, simulator := fromEnv(t, "OTELCOL_AUDIT_BIN"), fromEnv(t, "VENDORSIM_BIN")
	s3, buckets := fromEnv(t, "VERSITYGW_BIN"), t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(buckets, "audit"), 0o700))
	vendors, err := rig.StartVendors(t.Context(), simulator, io.Discard, "-rate", "2", "-backlog", "500")
	require.NoError(t, err)
	t.Cleanup(vendors.Kill)
	s3Address, sinkAddress := "127.0.0.1:"+freePort(t), "127.0.0.1:"+freePort(t)
	log, printed := &output{}, &output{}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(log.String())
		}
	})
	start := func(p rig.Program) {
		process, err := rig.Start(t.Context(), p)
		require.NoError(t, err)
		t.Cleanup(process.Kill)
	}
	start(rig.Program{
		Path: s3, Args: []string{"--port", s3Address, "posix", buckets}, Stdout: log, Stderr: log,
		Env: []string{"ROOT_ACCESS_KEY=audit-key", "ROOT_SECRET_KEY=audit-secret"},
	})
	start(rig.Program{
		Path: program, Args: []string{"--config", "../compose/sink.yaml"}, Stdout: printed, Stderr: printed,
		Env: []string{"SINK_LISTEN=" + sinkAddress},
	})
	start(rig.Program{
		Path: program, Args: []string{"--config", "../compose/collector.yaml"}, Stdout: log, Stderr: log,
		Env: []string{
			"AWS_ACCESS_KEY_ID=audit-key", "AWS_SECRET_ACCESS_KEY=audit-secret", "S3_ENDPOINT=http://" + s3Address,
			"VENDORS=" + vendors.URL, "SINK=http://" + sinkAddress,
		},
	})
	require.Eventually(t, func() bool {
		checkpoints, err := filepath.Glob(filepath.Join(buckets, "audit/checkpoints/*"))
		return err == nil && len(checkpoints) > 0 && strings.Count(printed.String(), "log.record.uid") > 500
	}, patience, tick)
}
