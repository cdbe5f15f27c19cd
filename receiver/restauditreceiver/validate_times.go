// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/restaudit/otelcol-audit/internal/timefmt"
)

// leastFromBeginning is the shortest window that a source may have which begins
// in 1970 and asks for one after the other: with less, it never gets to today.
const leastFromBeginning = 30 * time.Minute

// shortest is the shortest duration that anybody can mean. YAML's plain numbers
// are below it: `poll_interval: 30` would be 30 nanoseconds.
const shortest = time.Millisecond

// clockSlack is how far ahead of this machine's clock a time may be that is meant
// to be past.
const clockSlack = 24 * time.Hour

// validateTimes checks the durations, and whether polls get ahead with them.
func (c *Config) validateTimes() error {
	var errs []error
	if c.PollInterval == 0 {
		errs = append(errs, errors.New("`poll_interval` must be positive, not 0s: write for example 60s"))
	}
	if begin, err := parseStart(string(c.StartAt)); err != nil {
		errs = append(errs, err)
	} else if begin.at.After(time.Now().Add(clockSlack)) {
		errs = append(errs, fmt.Errorf("`start_at` is %s, which is in the future: nothing would be polled until then; write a time in the past, or now (is the clock of this machine right?)", c.StartAt))
	}
	tf := c.TimeFilter
	durations := c.durations()
	for _, key := range slices.Sorted(maps.Keys(durations)) {
		switch d := durations[key]; {
		case d < 0:
			errs = append(errs, fmt.Errorf("`%s` must not be negative, not %v", key, d))
		case d > 0 && d < shortest:
			errs = append(errs, fmt.Errorf("`%s` is %v: a number without a unit counts nanoseconds; write the unit, such as 30s", key, d))
		}
	}
	if lead := tf.lead(); tf.Window > 0 && tf.Window <= tf.Overlap+lead {
		errs = append(errs, fmt.Errorf("`time_filter::window` (%v) must be longer than `time_filter::overlap` (%v) by more than %v, or no poll gets ahead", tf.Window, tf.Overlap, lead))
	}
	if c.StartAt == "beginning" && c.Retention == 0 && tf.Window > 0 && tf.Window < leastFromBeginning {
		errs = append(errs, fmt.Errorf("`start_at: beginning` with `time_filter::window` %v asks for more than a million windows, from 1970 on: write a date, or the vendor's `retention`", tf.Window))
	}
	if c.hasEnd() && !c.byTime() {
		errs = append(errs, errors.New("`time_filter` has an end and no start: write `time_filter::start_param`, or {start} somewhere in the request"))
	}
	if (tf.Sweep.Every > 0) != (tf.Sweep.Depth > 0) {
		errs = append(errs, errors.New("`time_filter::sweep` needs both `every` and `depth`, such as {every: 24h, depth: 72h}"))
	}
	if tf.Sweep.Depth > 0 && tf.Sweep.Depth <= tf.Overlap {
		errs = append(errs, fmt.Errorf("`time_filter::sweep::depth` (%v) must be longer than `time_filter::overlap` (%v), which every poll looks at anyway", tf.Sweep.Depth, tf.Overlap))
	}
	return errors.Join(errs...)
}

// lead is how much of a window lies before what was delivered, besides the
// overlap: its bounds are written in the request's format, which cuts them.
func (tf TimeFilterConfig) lead() time.Duration {
	format, err := timefmt.New(tf.Format, nil)
	if err != nil {
		return time.Minute // the format is an error of its own
	}
	granule := format.Granularity()
	lead := granule
	if tf.Bounds != boundsInclusive {
		lead += granule
	}
	if tf.Window%granule != 0 {
		lead += granule
	}
	return max(lead, time.Minute)
}

// durations are all of them, by their keys.
func (c *Config) durations() map[string]time.Duration {
	tf := c.TimeFilter
	all := map[string]time.Duration{
		"poll_interval": c.PollInterval, "timeout": c.ClientConfig.Timeout, "retention": c.Retention, "shutdown_grace": c.ShutdownGrace,
		"time_filter::window": tf.Window, "time_filter::overlap": tf.Overlap, "time_filter::delay": tf.Delay,
		"time_filter::sweep::every": tf.Sweep.Every, "time_filter::sweep::depth": tf.Sweep.Depth,
		"retry::initial_interval": c.Retry.InitialInterval, "retry::max_interval": c.Retry.MaxInterval,
		"on_permanent_error::quarantine_after": c.OnPermanentError.QuarantineAfter,
	}
	for i, rule := range c.Response.ErrorWhen {
		all[fmt.Sprintf("response::error_when::%d::retry_after", i)] = rule.RetryAfter
	}
	return all
}

// start is where a source without a checkpoint starts.
type start struct {
	beginning, now bool
	back           time.Duration
	at             time.Time
}

func parseStart(s string) (start, error) {
	switch s {
	case "":
		return start{}, nil
	case "beginning":
		return start{beginning: true}, nil
	case "now":
		return start{now: true}, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return start{back: d}, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return start{at: t}, nil
	}
	return start{}, fmt.Errorf("`start_at` is %q: write beginning, now, a duration back such as 24h, or a time such as 2026-01-31T00:00:00Z", s)
}
