// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"flag"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

var (
	seedsFlag = flag.Int("seeds", 300, "number of simulated worlds")
	seedFlag  = flag.Uint64("seed", 0, "simulate this world alone, with a trace")
	firstFlag = flag.String("first", "", "seeds to simulate before the others, with commas between them")
	stopFlag  = flag.Bool("stop", false, "end at the first world that fails")
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
		if len(report.Violations) > 0 {
			complain(t, *seedFlag, report)
		}
		return
	}
	seeds, err := seedRow(*firstFlag, *seedsFlag)
	if err != nil {
		t.Fatal(err)
	}
	total := survey(t, seeds)
	t.Logf("%d worlds: %d records delivered, %d requests, %d starts\n%s", len(seeds), total.Delivered, total.Requests, total.Lives, total.Coverage.table())
	if missing := total.Coverage.missing(); len(seeds) >= covered && len(missing) > 0 {
		t.Errorf("never hit: %v", missing)
	}
}

// seedRow is the seeds to simulate, in their order.
func seedRow(first string, n int) ([]uint64, error) {
	var seeds []uint64
	for _, text := range strings.FieldsFunc(first, func(r rune) bool { return r == ',' }) {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, err
		}
		seeds = append(seeds, seed)
	}
	for seed := range n {
		seeds = append(seeds, uint64(seed+1))
	}
	return seeds, nil
}

// survey lives through the worlds of the seeds, on all processors, and adds up
// their reports.
func survey(t *testing.T, seeds []uint64) (total Report) {
	t.Helper()
	var next atomic.Int64
	var mu sync.Mutex
	total.Coverage = Coverage{}
	t.Run("worlds", func(t *testing.T) {
		for shard := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for i := next.Add(1) - 1; i < int64(len(seeds)); i = next.Add(1) - 1 {
					report := live(t, seeds[i], false)
					if len(report.Violations) > 0 {
						complain(t, seeds[i], live(t, seeds[i], true))
						if *stopFlag {
							next.Store(int64(len(seeds)))
						}
					}
					mu.Lock()
					total.Coverage.add(report.Coverage)
					total.Delivered += report.Delivered
					total.Requests += report.Requests
					total.Lives += report.Lives
					mu.Unlock()
				}
			})
		}
	})
	return total
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
