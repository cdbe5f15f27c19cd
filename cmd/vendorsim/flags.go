// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

// config is the command line.
type config struct {
	listen   string
	lifetime time.Duration
	sim      vendorsim.Options
	faults   []vendorsim.FaultSetting
	pages    int
	bench    vendorsim.BenchOptions
}

// parse reads the command line; the usage goes to out.
func parse(args []string, out io.Writer) (config, error) {
	var (
		c             config
		log           = &c.sim.Defaults.Log
		start, faults string
	)
	fs := flag.NewFlagSet("vendorsim", flag.ContinueOnError)
	fs.SetOutput(out)
	fs.StringVar(&c.listen, "listen", "127.0.0.1:0", "address to listen on; port 0 chooses one")
	fs.DurationVar(&c.lifetime, "for", 0, "end after this; 0 = on a signal")
	fs.Uint64Var(&c.sim.Seed, "seed", 1, "seed of events and faults")
	fs.Float64Var(&log.Rate, "rate", 1, "live events per second and vendor")
	fs.IntVar(&log.Backlog, "backlog", 0, "events before the start")
	fs.DurationVar(&log.BacklogSpan, "backlog-span", 0, "interval of the backlog; 0 = at the rate")
	fs.IntVar(&log.Total, "total", 0, "cap of all events of a vendor; 0 = none")
	fs.IntVar(&log.Ties, "ties", 1, "so many events share one timestamp")
	fs.DurationVar(&log.Delay, "delay", 0, "events become visible this long after they happened")
	fs.IntVar(&log.BodySize, "body-size", 0, "pad events to about this many bytes; 0 = as they come")
	fs.StringVar(&start, "start", "", "start of the live events (RFC 3339); now when empty. Fix it to restart with the same log")
	fs.IntVar(&c.sim.Defaults.MaxPage, "max-page", 0, "serve no more events on a page; 0 = the vendor's maximum")
	fs.IntVar(&c.sim.Defaults.Limit, "limit", 0, "requests per minute and vendor; 0 = no limit")
	fs.BoolVar(&c.sim.Lenient, "lenient", false, "accept unknown query parameters")
	fs.BoolVar(&c.sim.Gzip, "gzip", false, "compress answers for clients that accept it (also on /bench/)")
	fs.StringVar(&faults, "fault", "", "faults: [vendor.]kind=prob[@delay],... ; see /_sim/faults")
	fs.IntVar(&c.pages, "pages", 0, "serve this many pre-rendered pages of 1000 events at /bench/v1/logs; 0 = none")
	fs.IntVar(&c.bench.Size, "page-event-size", 2200, "bytes of an event on the pre-rendered pages")
	fs.DurationVar(&c.bench.Latency, "latency", 0, "latency of the pre-rendered pages")
	if err := fs.Parse(args); err != nil {
		return config{}, fmt.Errorf("flags: %w", err)
	}
	if fs.NArg() > 0 {
		return config{}, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	c.bench.Events, c.bench.Gzip = c.pages*1000, c.sim.Gzip
	return c, c.finish(start, faults)
}

// finish reads what flag doesn't know how to.
func (c *config) finish(start, faults string) error {
	var err error
	if c.faults, err = vendorsim.ParseFaults(faults); err != nil {
		return fmt.Errorf("-fault: %w", err)
	}
	if start != "" {
		if c.sim.Defaults.Log.Start, err = time.Parse(time.RFC3339Nano, start); err != nil {
			return fmt.Errorf("-start: %w", err)
		}
	}
	if log := c.sim.Defaults.Log; log.Rate < 0 || log.Backlog < 0 || log.Total < 0 || c.pages < 0 || c.lifetime < 0 {
		return errors.New("-rate, -backlog, -total, -pages and -for must not be negative")
	}
	return nil
}
