// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

// firstConfig is what the README runs and docs/start.md explains.
const firstConfig = "../../otel.yaml"

// variable is a use of an environment variable without a default.
var variable = regexp.MustCompile(`\$\{env:([A-Z0-9_]+)\}`)

func TestExampleConfigsAreValid(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../config/*.yaml")
	require.NoError(t, err)
	nested, err := filepath.Glob("../config/*/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range slices.Concat(files, nested, []string{firstConfig}) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			cmd := exec.Command(collectorBin, "validate", "--config", file)
			cmd.Env = os.Environ()
			for _, m := range variable.FindAllStringSubmatch(string(text), -1) {
				value := "set"
				if strings.HasSuffix(m[1], "_ENDPOINT") || strings.HasSuffix(m[1], "_URL") {
					value = "https://set.example.com"
				}
				cmd.Env = append(cmd.Env, m[1]+"="+value)
			}
			out, err := cmd.CombinedOutput()
			assert.NoError(t, err, "%s", out)
		})
	}
}

func TestComponentsAreListed(t *testing.T) {
	t.Parallel()
	out, err := exec.Command(collectorBin, "components").CombinedOutput()
	require.NoError(t, err)
	for _, name := range []string{
		"restaudit", "s3checkpoint", "file_storage",
		"splunk_hec", "elasticsearch", "otlp_grpc", "otlp_http", "awss3", "file", "debug", "kafka", "syslog",
		"health_check", "oauth2client", "sigv4auth", "basicauth", "bearertokenauth", "headers_setter", "k8s_leader_elector", "pprof", "zpages",
		"memory_limiter", "transform", "filter", "attributes", "resource", "redaction", "routing", "failover",
	} {
		assert.Regexp(t, `(?m)^\s*- name: `+name+`\s*$`, string(out))
	}
}

func TestTheFirstConfigIsTheOneThatIsExplained(t *testing.T) {
	t.Parallel()
	config, err := os.ReadFile(firstConfig)
	require.NoError(t, err)
	page, err := os.ReadFile("../../docs/start.md")
	require.NoError(t, err)
	_, withoutComment, found := strings.Cut(string(config), "\n")
	require.True(t, found)
	assert.Contains(t, string(page), "```yaml\n"+withoutComment+"```\n")
}

func TestTheFirstConfigDelivers(t *testing.T) {
	t.Parallel()
	v := startVendor(t, vendorsim.Offset)
	dir := t.TempDir()
	events := filepath.Join(dir, "events.jsonl")
	received := lines(t, events)
	c := startCollector(t, nil, firstConfig, "yaml:receivers::restaudit/custom::endpoint: "+v.url+"/v1/audit/events",
		"yaml:extensions::file_storage::directory: "+filepath.Join(dir, "state"), "yaml:exporters::file::path: "+events)
	c.waitFor(t, "all events have arrived", func() bool { return v.complete(received()) })
	c.shutDown(t)
	v.assertExact(t, received(), time.Nanosecond)
}
