// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const chartDir = "../../charts/otelcol-audit"

// update writes the goldens anew: UPDATE_GOLDENS=1.
var update = os.Getenv("UPDATE_GOLDENS") != ""

// fromEnv is the program that an environment variable names.
func fromEnv(t *testing.T, name string) string {
	t.Helper()
	path := os.Getenv(name)
	if path == "" {
		t.Skip(name + " is not set; the Makefile sets it")
	}
	return path
}

// valueSets are the names of the value sets that the chart is tested with.
func valueSets(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(chartDir + "/tests/values/*.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 10)
	for i, file := range files {
		files[i] = strings.TrimSuffix(filepath.Base(file), ".yaml")
	}
	return files
}

func goldenFile(set string) string { return filepath.Join(chartDir, "tests", "golden", set+".yaml") }

// objects are the Kubernetes objects of one golden.
func objects(t *testing.T, set string) []map[string]any {
	t.Helper()
	text, err := os.ReadFile(goldenFile(set))
	require.NoError(t, err)
	var all []map[string]any
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var object map[string]any
		if decoder.Decode(&object) != nil {
			break
		}
		if object != nil {
			all = append(all, object)
		}
	}
	require.NotEmpty(t, all)
	return all
}

// configs are the Collector configurations in a golden, by ConfigMap.
func configs(t *testing.T, set string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, object := range objects(t, set) {
		data, _ := object["data"].(map[string]any)
		if config, ok := data["collector.yaml"].(string); ok {
			name, _ := at(object, "metadata", "name").(string)
			found[name] = config
		}
	}
	require.NotEmpty(t, found)
	return found
}

// at walks down nested maps.
func at(value any, path ...string) any {
	for _, key := range path {
		m, _ := value.(map[string]any)
		value = m[key]
	}
	return value
}

func TestChartRendersItsGoldens(t *testing.T) {
	helm := fromEnv(t, "HELM_BIN")
	for _, set := range valueSets(t) {
		t.Run(set, func(t *testing.T) {
			got, err := render(helm, "--values", filepath.Join(chartDir, "tests", "values", set+".yaml"))
			require.NoError(t, err)
			if update {
				require.NoError(t, os.WriteFile(goldenFile(set), got, 0o644))
			}
			want, err := os.ReadFile(goldenFile(set))
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got), "make chart-goldens writes it anew")
		})
	}
}

func TestChartLints(t *testing.T) {
	helm := fromEnv(t, "HELM_BIN")
	out, err := exec.Command(helm, "lint", "--strict", chartDir, "--values", chartDir+"/tests/values/shards-standby.yaml").CombinedOutput()
	assert.NoError(t, err, string(out))
}

func render(helm string, args ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	command := exec.Command(helm, append([]string{"template", "audit", chartDir, "--namespace", "audit", "--kube-version", "1.33.0"}, args...)...)
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return nil, &renderError{stderr.String(), err}
	}
	return stdout.Bytes(), nil
}

type renderError struct {
	text string
	err  error
}

func (e *renderError) Error() string { return e.err.Error() + ": " + e.text }

func TestChartWantsASourceAndAnExporter(t *testing.T) {
	helm := fromEnv(t, "HELM_BIN")
	_, err := render(helm)
	require.ErrorContains(t, err, "sources is empty")
	_, err = render(helm, "--set", "sources.okta.preset=okta")
	assert.ErrorContains(t, err, "exporters is empty")
}

func TestChartRefusesWhatCanNotWork(t *testing.T) {
	helm := fromEnv(t, "HELM_BIN")
	for name, c := range map[string]struct {
		set  string
		want string
	}{
		"shards on a volume":        {"shards=2", "needs state.type s3"},
		"a standby on a volume":     {"standby.enabled=true", "needs state.type s3"},
		"S3 without a bucket":       {"state.type=s3", "state.s3.url"},
		"a route to nowhere":        {"routes.okta={kafka}", `exporter "kafka"`},
		"a route from nowhere":      {"routes.slack={otlp_http}", `source "slack"`},
		"a key that does not exist": {"replicas=3", "replicas"},
		"an undefined processor":    {"pipelineProcessors={memory_limiter,transform}", `processor "transform", which is not in processors`},
		"a processor taken away":    {"processors.memory_limiter=null", `processor "memory_limiter", which is not in processors`},
		"all processors taken away": {"processors=null", `processor "memory_limiter", which is not in processors`},
		"null for the exporters":    {"exporters=null", "exporters is empty: name at least one"},
		"null for the sources":      {"sources=null", "sources is empty: name at least one"},
		"a limit in other units":    {"resources.limits.memory=1G", "memory"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := render(helm, "--values", chartDir+"/tests/values/minimal.yaml", "--set", c.set)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestChartTakesNullForNothing(t *testing.T) {
	helm := fromEnv(t, "HELM_BIN")
	for _, set := range []string{"extensions=null", "routes=null", "pipelineProcessors=null", "secrets=null"} {
		t.Run(set, func(t *testing.T) {
			_, err := render(helm, "--values", chartDir+"/tests/values/minimal.yaml", "--set", set)
			assert.NoError(t, err)
		})
	}
}

// TestDocumentedCheckFindsWhatTheChartCanNot runs the commands of docs/kubernetes.md.
func TestDocumentedCheckFindsWhatTheChartCanNot(t *testing.T) {
	helm, program := fromEnv(t, "HELM_BIN"), fromEnv(t, "OTELCOL_AUDIT_BIN")
	page, err := os.ReadFile("../../docs/kubernetes.md")
	require.NoError(t, err)
	_, commands, found := strings.Cut(string(page), "```sh\nhelm template ")
	require.True(t, found)
	commands, _, _ = strings.Cut("helm template "+commands, "```")
	charts, err := filepath.Abs("../../charts")
	require.NoError(t, err)
	for name, tc := range map[string]struct{ values, more, want string }{
		"a whole configuration passes":        {values: "shards-standby"},
		"a secret of an exporter may be away": {values: "splunk"},
		"a misspelt key of a source is named": {"minimal", "sources: {okta: {pol_interval: 3s}}", "pol_interval"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			values, err := filepath.Abs(chartDir + "/tests/values/" + tc.values + ".yaml")
			require.NoError(t, err)
			require.NoError(t, os.Symlink(charts, filepath.Join(dir, "charts")))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "my-values.yaml"), []byte(tc.more), 0o600))
			for tool, line := range map[string]string{"helm": helm + ` "$@" --kube-version 1.33.0 --values ` + values, "otelcol-audit": program + ` "$@"`} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, tool), []byte("#!/bin/sh\nexec "+line+"\n"), 0o700))
			}
			command := exec.Command("sh", "-ec", commands)
			command.Dir = dir
			command.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
			out, err := command.CombinedOutput()
			if tc.want == "" {
				assert.NoError(t, err, string(out))
			} else {
				assert.Error(t, err)
				assert.Contains(t, string(out), tc.want)
			}
		})
	}
}

// TestRenderedConfigsAreValid has the program itself judge each configuration
// that the chart makes. Strict: none of them may be able to lose events.
func TestRenderedConfigsAreValid(t *testing.T) {
	program := fromEnv(t, "OTELCOL_AUDIT_BIN")
	for _, set := range valueSets(t) {
		for name, config := range configs(t, set) {
			t.Run(set+"/"+name, func(t *testing.T) {
				dir := t.TempDir()
				for _, secret := range []string{"okta/header", "github/token", "slack/token", "splunk/token", "otlp/token"} {
					file := filepath.Join(dir, filepath.FromSlash(secret))
					require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
					require.NoError(t, os.WriteFile(file, []byte("secret-of-the-test"), 0o600))
				}
				config = strings.ReplaceAll(config, "/etc/otelcol-audit/secrets", dir)
				config = strings.ReplaceAll(config, "/var/lib/otelcol-audit", dir)
				file := filepath.Join(dir, "collector.yaml")
				require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
				command := exec.Command(program, "validate", "--strict", "--config", file)
				command.Env = append(os.Environ(), "POD_IP=127.0.0.1")
				out, err := command.CombinedOutput()
				assert.NoError(t, err, string(out))
			})
		}
	}
}
