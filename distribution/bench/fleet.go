// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// fleet is one process with many sources.
type fleet struct {
	sources  int
	url      string
	interval time.Duration
	pageSize int
	after    int // where the vendor's log is read from
}

// config writes the fleet's configuration, with checkpoints below dir.
func (f fleet) config(dir string) []byte {
	var c bytes.Buffer
	fmt.Fprintf(&c, "extensions:\n  file_storage: {directory: %q, create_directory: true, fsync: true}\nreceivers:\n", filepath.Join(dir, "state"))
	names := make([]string, f.sources)
	for i := range names {
		names[i] = fmt.Sprintf("restaudit/%d", i)
		fmt.Fprintf(&c, "  %s:\n    preset: okta\n    endpoint: %s/logs\n    credentials: {header: SSWS none}\n"+
			"    start_at: \"2026-01-01T00:00:00Z\"\n    storage: file_storage\n    poll_interval: %v\n"+
			"    request: {query: {source: \"%d\", after: \"%d\"}}\n    pagination: {page_size: %d}\n",
			names[i], f.url, f.interval, i, f.after, f.pageSize)
	}
	fmt.Fprintf(&c, "exporters: {nop: {}}\nservice:\n  extensions: [file_storage]\n  telemetry: {metrics: {level: none}, logs: {level: error}}\n"+
		"  pipelines:\n    logs: {receivers: [%s], exporters: [nop]}\n", strings.Join(names, ", "))
	return c.Bytes()
}

// startFleet starts a Collector with it.
func (b *bench) startFleet(ctx context.Context, bin string, f fleet) (*rig.Process, error) {
	dir, err := os.MkdirTemp(b.dir, "fleet-")
	if err != nil {
		return nil, fmt.Errorf("temporary folder: %w", err)
	}
	path := filepath.Join(dir, "collector.yaml")
	if err := os.WriteFile(path, f.config(dir), 0o600); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	p, err := rig.Start(ctx, rig.Program{Path: bin, Args: []string{"--config", path}, Stderr: os.Stderr})
	if err != nil {
		return nil, fmt.Errorf("%w (make distribution slim builds it)", err)
	}
	return p, nil
}
