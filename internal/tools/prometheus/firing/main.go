// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "firing:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("firing", flag.ContinueOnError)
	file := flags.String("rules", "", "file of alerting rules")
	speed := flags.Int64("speed", 1, "how much faster than the rules say")
	interval := flags.Duration("interval", time.Minute, "scrape interval, before -speed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 || *file == "" || *speed < 1 || *interval <= 0 {
		return errors.New("usage: firing -rules FILE [-speed N] [-interval 1m] URL")
	}
	alerts, err := load(*file, *speed)
	if err != nil {
		return err
	}
	w, err := newWatcher(alerts)
	if err != nil {
		return err
	}
	defer w.close()
	lines := json.NewEncoder(out)
	tick := time.NewTicker(*interval / time.Duration(*speed))
	defer tick.Stop()
	for {
		now, err := w.step(ctx, flags.Arg(0))
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if err := lines.Encode(now); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}
