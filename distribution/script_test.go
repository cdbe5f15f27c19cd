// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

// The scripts in testdata/script are the commands as users type them, with what
// they print. With -update, what is compared by cmp is written anew.

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"otelcol-audit": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"serve": serve, "s3": s3, "await": await, "damage": damage},
		Setup: func(env *testscript.Env) error {
			// What the Collector logs is not the subject.
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		RequireUniqueNames: true,
	})
}

// simStart is the time at which the simulated vendors stand still, so that what
// the commands print is the same in each run.
var simStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// serve starts the simulated vendors in the test's process and sets VENDORS to
// their address: `serve [EVENTS]`.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	events := 5
	if neg || len(args) > 1 {
		ts.Fatalf("usage: serve [EVENTS]")
	}
	if len(args) == 1 {
		var err error
		events, err = strconv.Atoi(args[0])
		ts.Check(err)
	}
	sim := vendorsim.New(vendorsim.Options{
		Now:      func() time.Time { return simStart },
		Lenient:  true,
		Defaults: vendorsim.VendorOptions{Log: vendorsim.LogConfig{Start: simStart, Backlog: events, BacklogSpan: time.Hour}},
	})
	server := httptest.NewServer(sim)
	ts.Defer(server.Close)
	ts.Setenv("VENDORS", server.URL)
}

// s3 starts an S3 server in the test's process, with a bucket named bucket, and
// sets S3 to its address.
func s3(ts *testscript.TestScript, _ bool, _ []string) {
	server := httptest.NewServer(s3sim.New("bucket"))
	ts.Defer(server.Close)
	ts.Setenv("S3", server.URL)
	ts.Setenv("AWS_ACCESS_KEY_ID", "key")
	ts.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	ts.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

// damage overwrites a file with zeros, from an offset to its end: `damage FILE OFFSET`.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: damage FILE OFFSET")
	}
	name := ts.MkAbs(args[0])
	from, err := strconv.Atoi(args[1])
	ts.Check(err)
	text, err := os.ReadFile(name)
	ts.Check(err)
	clear(text[from:])
	ts.Check(os.WriteFile(name, text, 0o600))
}

// await waits until a file has at least a number of matches of a regular
// expression: `await FILE REGEXP [COUNT]`.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await FILE REGEXP [COUNT]")
	}
	count := 1
	if len(args) > 2 {
		var err error
		count, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	wanted := regexp.MustCompile(args[1])
	found := 0
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if found = len(wanted.FindAllIndex(text, -1)); err == nil && found >= count {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
	ts.Fatalf("%s has %d matches of %s, not %d", args[0], found, args[1], count)
}
