// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

//go:embed collector.yaml
var collectorConfig []byte

// The plot. An event can be late by as much as lateBy.
const (
	backlog  = 500 // events of each vendor before the start
	rate     = 15  // events per second and vendor
	busy     = 40 * time.Second
	lateBy   = 5 * time.Second
	killAt   = 15 * time.Second
	downtime = 3 * time.Second
	patience = 45 * time.Second // for the rest to arrive
	tick     = 100 * time.Millisecond
	report   = 2 * time.Second
)

// faults are how often a request meets one, per cent.
var faults = []struct {
	kind  string
	prob  float64
	delay time.Duration
}{
	{"rate_limit", 0.04, 2 * time.Second},
	{"server_error", 0.06, 0},
	{"truncate_json", 0.04, 0},
	{"truncate_length", 0.04, 0},
	{"reset", 0.02, 0},
	{"html", 0.02, 0},
	{"late", 0.05, lateBy},
	{"duplicates", 0.02, 0},
}

// demo is one performance.
type demo struct {
	out                      io.Writer
	dir                      string
	collectorBin, vendorsBin string

	vendors   *rig.Vendors
	collector *rig.Process
	log       bytes.Buffer // what the collector says; read once it has ended
	tail      rig.Tail
	arrivals  rig.Arrivals
	start     time.Time
	kills     int
}

// play runs the whole plot and judges it.
func (d *demo) play(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // kills what still runs
	if err := d.raise(ctx); err != nil {
		return err
	}
	defer d.vendors.Kill()
	err := d.perform(ctx)
	if d.collector != nil {
		if stopErr := d.collector.Stop(20 * time.Second); err == nil {
			err = stopErr
		}
	}
	if err == nil {
		err = d.read() // what came in last
	}
	if err == nil {
		err = d.judge(ctx)
	}
	if err != nil && d.log.Len() > 0 && ctx.Err() == nil {
		d.say("\notelcol-audit said:\n%s", d.log.Bytes())
	}
	return err
}

// raise starts the vendors and gives them their faults.
func (d *demo) raise(ctx context.Context) error {
	if err := os.WriteFile(filepath.Join(d.dir, "collector.yaml"), collectorConfig, 0o600); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	var err error
	d.start = time.Now()
	d.vendors, err = rig.StartVendors(ctx, d.vendorsBin, os.Stderr,
		"-rate", strconv.Itoa(rate), "-backlog", strconv.Itoa(backlog), "-backlog-span", "30m",
		"-total", strconv.Itoa(total()), "-seed", strconv.FormatInt(d.start.UnixNano()&0xffff, 10))
	if err != nil {
		return fmt.Errorf("%w (make vendorsim builds it)", err)
	}
	for _, f := range faults {
		if err := d.vendors.SetFault(ctx, "*", f.kind, f.prob, f.delay); err != nil {
			return err
		}
	}
	d.tail.Path = filepath.Join(d.dir, "events.jsonl")
	d.arrivals.LagFrom = d.start
	d.say("vendors: %d each with %d events from before and %d new ones per second, for %v", len(sources), backlog, rate, busy)
	d.say("faults:  429, 5xx, cut bodies, resets, login pages, late and repeated events")
	d.header()
	return nil
}

// total is the number of events that each vendor comes to have.
func total() int { return backlog + int(busy.Seconds())*rate }

// perform lets the collector work, kills it once, and waits until all is there.
func (d *demo) perform(ctx context.Context) error {
	if err := d.launch(ctx); err != nil {
		return err
	}
	if err := d.watch(ctx, killAt, nil); err != nil {
		return err
	}
	d.collector.Kill()
	d.collector, d.kills = nil, d.kills+1
	d.say("%s  SIGKILL: otelcol-audit is gone", d.clock())
	if err := d.watch(ctx, downtime, nil); err != nil {
		return err
	}
	if err := d.launch(ctx); err != nil {
		return err
	}
	d.say("%s  otelcol-audit is started again", d.clock())
	rest := time.Until(d.start.Add(busy + lateBy + time.Second))
	if err := d.watch(ctx, rest, nil); err != nil {
		return err
	}
	if err := d.vendors.ClearFaults(ctx); err != nil {
		return err
	}
	d.say("%s  no more events and faults; waiting for the rest", d.clock())
	return d.watch(ctx, patience, d.complete)
}

func (d *demo) launch(ctx context.Context) error {
	var err error
	d.collector, err = rig.Start(ctx, rig.Program{
		Path: d.collectorBin, Args: []string{"--config", filepath.Join(d.dir, "collector.yaml")},
		Env:    []string{"DEMO_DIR=" + d.dir, "DEMO_VENDORS=" + d.vendors.URL},
		Stderr: &d.log,
	})
	if err != nil {
		return fmt.Errorf("%w (make distribution builds it)", err)
	}
	return nil
}

// watch reads what arrives, and reports it, until the time is over or done.
func (d *demo) watch(ctx context.Context, limit time.Duration, done func(context.Context) (bool, error)) error {
	ticker, timeout := time.NewTicker(tick), time.NewTimer(limit)
	defer ticker.Stop()
	defer timeout.Stop()
	for next := time.Now().Add(report); ; {
		select {
		case <-ctx.Done():
			return errors.New("interrupted")
		case <-timeout.C:
			return nil
		case <-ticker.C:
		}
		if err := d.read(); err != nil {
			return err
		}
		if d.collector != nil {
			if ended, err := d.collector.Ended(); ended {
				return fmt.Errorf("otelcol-audit has ended by itself: %w", err)
			}
		}
		if time.Now().After(next) {
			next = next.Add(report)
			if err := d.progress(ctx); err != nil {
				return err
			}
		}
		if done == nil {
			continue
		}
		if ok, err := done(ctx); ok || err != nil {
			return err
		}
	}
}

// read takes in what has been written since the last time.
func (d *demo) read() error {
	records, err := d.tail.Next()
	d.arrivals.Add(records, time.Now())
	return err
}

// complete tells whether every event of every vendor has arrived.
func (d *demo) complete(ctx context.Context) (bool, error) {
	for _, s := range sources {
		truth, err := d.vendors.Truth(ctx, s.vendor)
		if err != nil {
			return false, err
		}
		if len(d.arrivals.Missing(s.receiver, truth.Visible)) > 0 {
			return false, nil
		}
	}
	return true, nil
}

func (d *demo) clock() string { return fmt.Sprintf("%4.0f s", time.Since(d.start).Seconds()) }

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }
