// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// collectorBin is the program under test.
var collectorBin string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	if collectorBin = os.Getenv("OTELCOL_AUDIT_BIN"); collectorBin == "" {
		dir, err := os.MkdirTemp("", "otelcol-audit-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		collectorBin = filepath.Join(dir, "otelcol-audit")
		build := exec.Command("go", "build", "-ldflags", "-s -w", "-o", collectorBin, "..") // as what is shipped
		build.Stdout, build.Stderr = os.Stdout, os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "go build:", err)
			return 1
		}
	}
	return m.Run()
}
