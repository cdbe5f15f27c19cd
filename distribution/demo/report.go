// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// sources are the receivers of collector.yaml and the vendors that they poll.
var sources = []struct{ vendor, receiver string }{
	{"okta", "restaudit/okta"},
	{"github", "restaudit/github"},
	{"salesforce", "restaudit/salesforce"},
	{"slack", "restaudit/slack"},
	{"onepassword", "restaudit/onepassword"},
}

// header is the first line of the progress.
func (d *demo) header() {
	line := "\n  time"
	for _, s := range sources {
		line += fmt.Sprintf("  %11s", s.vendor)
	}
	d.say("%s  faults      (events delivered / shown by the vendor)", line)
}

// progress prints one line: what has arrived of what was shown.
func (d *demo) progress(ctx context.Context) error {
	stats, err := d.vendors.Stats(ctx)
	if err != nil {
		return err
	}
	line := d.clock()
	met := 0
	for _, s := range sources {
		events, _ := d.arrivals.Count(s.receiver)
		line += fmt.Sprintf("  %11s", fmt.Sprintf("%d/%d", events, stats[s.vendor].Shown))
		met += faultsMet(stats[s.vendor])
	}
	d.say("%s  %6d", line, met)
	return nil
}

func faultsMet(s rig.VendorStats) int {
	met := 0
	for _, n := range s.Faults {
		met += n
	}
	return met
}

// judge prints the final table. It is an error if anything is missing.
func (d *demo) judge(ctx context.Context) error {
	stats, err := d.vendors.Stats(ctx)
	if err != nil {
		return err
	}
	d.say("")
	w := tabwriter.NewWriter(d.out, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "vendor\tevents shown\tdelivered\tmissing\trepeated\tfaults met\tlag p50\tlag p99\t")
	missing, unknown := 0, 0
	for _, s := range sources {
		truth, err := d.vendors.Truth(ctx, s.vendor)
		if err != nil {
			return err
		}
		expected := truth.Visible
		for _, seen := range truth.Shown {
			expected = append(expected, seen.UID)
		}
		lost := len(unique(d.arrivals.Missing(s.receiver, expected)))
		events, repeats := d.arrivals.Count(s.receiver)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t\n",
			s.vendor, len(truth.Shown), events, lost, repeats, faultsMet(stats[s.vendor]),
			seconds(d.arrivals.Lag(s.receiver, 0.5)), seconds(d.arrivals.Lag(s.receiver, 0.99)))
		missing += lost
		unknown += events + lost - len(unique(expected))
	}
	_ = w.Flush()
	d.say("\nSIGKILLs: %d. Pages that it cut off in the file: %d. Gap records: %d.", d.kills, d.tail.Torn, len(d.arrivals.Gaps()))
	d.say("A repeated event has the uid of the first; only a crash can repeat one.")
	switch {
	case missing > 0:
		return fmt.Errorf("%d events are missing", missing)
	case unknown > 0:
		return fmt.Errorf("%d events arrived that no vendor has", unknown)
	}
	d.say("Every event arrived, %.0f s after the start.", time.Since(d.start).Seconds())
	return nil
}

func unique(uids []string) map[string]bool {
	set := make(map[string]bool, len(uids))
	for _, uid := range uids {
		set[uid] = true
	}
	return set
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
