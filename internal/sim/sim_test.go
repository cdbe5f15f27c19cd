// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

var (
	seedsFlag = flag.Int("seeds", 300, "number of simulated worlds")
	seedFlag  = flag.Uint64("seed", 0, "simulate this world alone, with a trace")
)

// covered is the number of worlds from which on every P0 fault must have been
// hit.
const covered = 5000

// TestSimulation lives through many worlds. A failing one prints the command
// that repeats it.
func TestSimulation(t *testing.T) {
	if *seedFlag != 0 {
		report := live(t, *seedFlag, true)
		t.Log("\n" + strings.Join(report.Trace, "\n"))
		complain(t, *seedFlag, report)
		return
	}
	var next atomic.Uint64
	var mu sync.Mutex
	total, delivered, requests, lives := Coverage{}, 0, 0, 0
	t.Run("worlds", func(t *testing.T) {
		for shard := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for {
					seed := next.Add(1)
					if seed > uint64(*seedsFlag) {
						return
					}
					report := live(t, seed, false)
					if len(report.Violations) > 0 {
						complain(t, seed, live(t, seed, true))
					}
					mu.Lock()
					total.add(report.Coverage)
					delivered, requests, lives = delivered+report.Delivered, requests+report.Requests, lives+report.Lives
					mu.Unlock()
				}
			})
		}
	})
	t.Logf("%d worlds: %d records delivered, %d requests, %d starts\n%s", *seedsFlag, delivered, requests, lives, total.table())
	if missing := total.missing(); *seedsFlag >= covered && len(missing) > 0 {
		t.Errorf("never hit: %v", missing)
	}
}

// live runs one world in a bubble of its own.
func live(t *testing.T, seed uint64, traced bool) (report Report) {
	t.Helper()
	s := Generate(seed)
	s.Traced = traced
	return run(t, s)
}

func run(t *testing.T, s *Scenario) (report Report) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("seed %d: %v", s.Seed, r)
		}
	}()
	synctest.Test(t, func(*testing.T) { report = NewWorld(s).Run() })
	return report
}

// tail is how much of a trace a failure prints.
const tail = 30

func complain(t *testing.T, seed uint64, report Report) {
	t.Helper()
	if len(report.Violations) == 0 {
		t.Errorf("seed %d: failed once, and not again: goroutines decide", seed)
		return
	}
	lines := report.Trace[max(0, len(report.Trace)-tail):]
	t.Errorf("seed %d: %s\n  repeat: go test ./internal/sim -run '^TestSimulation$' -args -seed=%d\n%s",
		seed, strings.Join(report.Violations, "\n  "), seed, strings.Join(lines, "\n"))
}
