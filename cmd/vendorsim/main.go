// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Command vendorsim serves the simulated vendors of package vendorsim over HTTP, for the demo, benchmarks and
// end-to-end tests. It is not part of the product and listens on the loopback interface unless told otherwise.
//
// When it is ready it prints one line of JSON on standard output, {"address":"127.0.0.1:1234","url":...,"vendors":[...]}.
// It ends on SIGTERM, on SIGINT, or after -for.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process: 0 = ended as asked, 1 = failed, 2 = wrong flags.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		_, _ = fmt.Fprintln(stderr, "vendorsim:", err)
		return 2
	}
	if err := serve(ctx, c, stdout); err != nil {
		_, _ = fmt.Fprintln(stderr, "vendorsim:", err)
		return 1
	}
	return 0
}
