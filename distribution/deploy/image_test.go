// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package deploy

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const imageUser = 10001

// finalStage is the text of the Dockerfile from its last FROM on.
func finalStage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../Dockerfile")
	require.NoError(t, err)
	return string(text)[strings.LastIndex(string(text), "\nFROM "):]
}

func TestTheImageIsEmptyButForTheProgram(t *testing.T) {
	stage := finalStage(t)
	assert.Contains(t, stage, "FROM scratch AS otelcol-audit\n")
	assert.Contains(t, stage, "\nUSER 10001:10001\n")
	assert.NotContains(t, stage, "\nRUN ")
	copied := regexp.MustCompile(`(?m)^COPY .* (\S+)$`).FindAllStringSubmatch(stage, -1)
	var targets []string
	for _, c := range copied {
		targets = append(targets, c[1])
	}
	assert.ElementsMatch(t, []string{"/etc/ssl/certs/ca-certificates.crt", "/var/lib/otelcol-audit", "/otelcol-audit"}, targets)
}

// TestTheProgramRunsInTheImage assembles what the last stage of the Dockerfile
// copies and runs the program in it as the image's user, with nothing else of
// this machine in sight. That needs root, but no container engine.
func TestTheProgramRunsInTheImage(t *testing.T) {
	program := fromEnv(t, "OTELCOL_AUDIT_BIN")
	if os.Getuid() != 0 {
		t.Skip("chroot needs root")
	}
	root := t.TempDir()
	for parent := root; parent != os.TempDir() && len(parent) > 1; parent = filepath.Dir(parent) {
		require.NoError(t, os.Chmod(parent, 0o755))
	}
	require.NoError(t, os.MkdirAll(filepath.Join(root, "etc/otelcol-audit"), 0o755))
	copyFile(t, program, filepath.Join(root, "otelcol-audit"), 0o755)
	// A container has /proc, where a percentage of the memory is looked up; this root has not. Zones are in the program.
	config := strings.NewReplacer("preset: okta\n", "preset: okta\n    response: {timezone: Europe/Zurich}\n",
		"spike_limit_percentage: 20", "spike_limit_mib: 40", "limit_percentage: 75", "limit_mib: 190").
		Replace(configs(t, "s3")["audit-otelcol-audit"])
	require.NoError(t, os.WriteFile(filepath.Join(root, "etc/otelcol-audit/collector.yaml"), []byte(config), 0o644))
	for _, secret := range []string{"okta/header", "github/token"} {
		file := filepath.Join(root, "etc/otelcol-audit/secrets", secret)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte("secret-of-the-test"), 0o644))
	}
	command := exec.Command("/otelcol-audit", "validate", "--strict", "--config", "/etc/otelcol-audit/collector.yaml")
	command.Env = []string{"POD_IP=127.0.0.1"}
	command.Dir = "/"
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: imageUser, Gid: imageUser}}
	out, err := command.CombinedOutput()
	assert.NoError(t, err, string(out))
}

func copyFile(t *testing.T, from, to string, mode os.FileMode) {
	t.Helper()
	in, err := os.Open(from)
	require.NoError(t, err)
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, mode)
	require.NoError(t, err)
	_, err = io.Copy(out, in)
	require.NoError(t, err)
	require.NoError(t, out.Close())
}
