// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const unitFile = "../../packaging/systemd/otelcol-audit.service"

func TestTheUnitIsHardened(t *testing.T) {
	text, err := os.ReadFile(unitFile)
	require.NoError(t, err)
	lines := strings.Split(string(text), "\n")
	for _, want := range []string{
		"DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "MemoryDenyWriteExecute=yes", "CapabilityBoundingSet=",
		"SystemCallFilter=@system-service", "StateDirectory=otelcol-audit",
	} {
		assert.Contains(t, lines, want)
	}
}

// TestSystemdTakesTheUnit asks systemd itself, where it is installed. An unknown
// key is a warning to it, so any word is too many.
func TestSystemdTakesTheUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd here")
	}
	text, err := os.ReadFile(unitFile)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "otelcol-audit.service")
	installed := strings.Replace(string(text), "/usr/bin/otelcol-audit", "/bin/true", 1)
	require.NoError(t, os.WriteFile(file, []byte(installed), 0o600))
	out, err := exec.Command(analyze, "verify", file).CombinedOutput()
	assert.NoError(t, err, string(out))
	assert.NotContains(t, string(out), "otelcol-audit.service:")
	out, err = exec.Command(analyze, "security", "--offline=true", "--threshold=20", "--no-pager", file).CombinedOutput()
	assert.NoError(t, err, string(out))
}

func TestTheUnitsConfigIsValid(t *testing.T) {
	program := fromEnv(t, "OTELCOL_AUDIT_BIN")
	dir := t.TempDir()
	for _, name := range []string{"credentials_okta", "credentials_otlp"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("secret-of-the-test"), 0o600))
	}
	command := exec.Command(program, "validate", "--strict", "--config", "../../packaging/systemd/collector.yaml")
	command.Env = append(os.Environ(), "CREDENTIALS_DIRECTORY="+dir, "STATE_DIR="+dir)
	out, err := command.CombinedOutput()
	assert.NoError(t, err, string(out))
}
