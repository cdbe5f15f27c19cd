// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// pooled lets the Collector's data model use its records again. The gate is
// alpha, so nothing turns it on but this.
var pooled = []string{"--feature-gates=pdata.useProtoPooling"}

// allocations measures how often the whole process allocates per event.
func (b *bench) allocations(ctx context.Context) error {
	for _, c := range []struct {
		name       string
		args       []string
		must, goal float64
	}{
		{name: "raw body", must: 8, goal: 3},
		{name: "raw body, pooled data model", args: pooled},
	} {
		few, err := b.mallocs(ctx, c.args, b.few)
		if err != nil {
			return err
		}
		many, err := b.mallocs(ctx, c.args, b.many)
		if err != nil {
			return err
		}
		perEvent := float64(many-few) / float64((b.many-b.few)*pageEvents)
		b.report.add(figure{name: partAllocations + ", " + c.name, value: perEvent, unit: "per event", must: c.must, goal: c.goal})
	}
	return nil
}

// mallocs is how often a process has allocated when its source has read all.
func (b *bench) mallocs(ctx context.Context, args []string, pages int) (count int64, err error) {
	vendors, err := rig.StartVendors(ctx, b.vendorsBin, os.Stderr, "-pages", strconv.Itoa(pages), "-page-event-size", "2200")
	if err != nil {
		return 0, fmt.Errorf("%w (make vendorsim builds it)", err)
	}
	defer vendors.Kill()
	address, err := rig.FreeAddress(ctx)
	if err != nil {
		return 0, err
	}
	set := settings{args: append([]string{
		"--config=yaml:extensions::pprof::endpoint: " + address, "--config=yaml:service::extensions: [file_storage, pprof]",
	}, args...)}
	_, err = b.runCollector(ctx, set, vendors.URL+benchLogs, pages, func() error {
		count, err = readMallocs(ctx, "http://"+address+"/debug/pprof/allocs?debug=1")
		return err
	})
	return count, err
}

// mallocsLine is part of what Go's profile of allocations says about the heap.
var mallocsLine = regexp.MustCompile(`(?m)^# Mallocs = (\d+)$`)

func readMallocs(ctx context.Context, url string) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, fmt.Errorf("profile: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("profile: %w", err)
	}
	defer res.Body.Close()
	profile, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, fmt.Errorf("profile: %w", err)
	}
	m := mallocsLine.FindSubmatch(profile)
	if m == nil {
		return 0, fmt.Errorf("profile: no number of allocations in %.100q", profile)
	}
	return strconv.ParseInt(string(m[1]), 10, 64)
}
