// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/restaudit/otelcol-audit/distribution/auditcli/internal/preview"
)

const (
	// shownLeftOut is how many records that were left out the table shows.
	shownLeftOut = 5
	// shownRecords is how many records the table shows.
	shownRecords = 50
	// cell is the widest text in a column of the table.
	cell = 60
)

func printPreview(out, side io.Writer, format, source string, r *preview.Result) error {
	switch format {
	case "json":
		return previewJSON(out, source, r)
	case "otlp":
		var marshaler plog.JSONMarshaler
		for _, logs := range r.Logs {
			line, err := marshaler.MarshalLogs(logs)
			if err != nil {
				return err
			}
			fmt.Fprintln(out, printableJSON(string(line)))
		}
		previewSummary(side, r)
		return nil
	}
	fmt.Fprintf(out, "%s\n\n", printable(source))
	for i, x := range r.Exchanges {
		printExchange(out, i+1, x)
	}
	if err := printRecords(out, r); err != nil {
		return err
	}
	printLeftOut(out, r)
	if err := printUnfound(out, r); err != nil {
		return err
	}
	previewSummary(out, r)
	return nil
}

func printExchange(w io.Writer, n int, x preview.Exchange) {
	fmt.Fprintf(w, "%d. %s\n", n, printable(x.Request))
	for _, h := range x.Headers {
		fmt.Fprintf(w, "   %s: %s\n", h.Name, printable(h.Value))
	}
	if x.Body != "" {
		fmt.Fprint(w, indented(printableLines(x.Body), "   "))
	}
	switch {
	case x.Status == 0:
		fmt.Fprintln(w, "   -> no answer")
	case !x.ForPage:
		fmt.Fprintf(w, "   -> %d %s, a token\n", x.Status, http.StatusText(x.Status))
	case x.Status >= http.StatusMultipleChoices:
		fmt.Fprintf(w, "   -> %d %s\n", x.Status, http.StatusText(x.Status))
	default:
		fmt.Fprintf(w, "   -> %d %s, %s in %s, %d left out\n", x.Status, http.StatusText(x.Status),
			count(x.Records, "record"), count(x.Bytes, "byte"), len(x.LeftOut))
	}
}

func printRecords(w io.Writer, r *preview.Result) error {
	if len(r.Logs) == 0 {
		fmt.Fprintln(w, "\nNo records.")
		return nil
	}
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TIME\tEVENT\tUID\tBODY")
	n := 0
	eachRecord(r.Logs, func(_ plog.ResourceLogs, lr plog.LogRecord) {
		if n++; n <= shownRecords {
			uid, _ := lr.Attributes().Get("log.record.uid")
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", stamp(lr.Timestamp().AsTime()), short(lr.EventName()), short(uid.AsString()), short(lr.Body().AsString()))
		}
	})
	if err := table.Flush(); err != nil {
		return err
	}
	if n > shownRecords {
		fmt.Fprintf(w, "... and %d more\n", n-shownRecords)
	}
	return printFirst(w, r)
}

// printFirst shows the first record in full, but for its body.
func printFirst(w io.Writer, r *preview.Result) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	first := true
	eachRecord(r.Logs, func(rl plog.ResourceLogs, lr plog.LogRecord) {
		if !first {
			return
		}
		first = false
		fmt.Fprintf(table, "\nThe first record:\n  severity\t%s\n", short(lr.SeverityText()))
		for _, group := range []struct {
			name   string
			values map[string]any
		}{{"", lr.Attributes().AsRaw()}, {"resource ", rl.Resource().Attributes().AsRaw()}} {
			for _, key := range slices.Sorted(maps.Keys(group.values)) {
				fmt.Fprintf(table, "  %s%s\t%s\n", group.name, printable(key), short(fmt.Sprint(group.values[key])))
			}
		}
	})
	return table.Flush()
}

func printLeftOut(w io.Writer, r *preview.Result) {
	n := 0
	for _, x := range r.Exchanges {
		for _, raw := range x.LeftOut {
			if n++; n == 1 {
				fmt.Fprintln(w, "\nLeft out by match_on or exclude_on:")
			}
			if n <= shownLeftOut {
				fmt.Fprintf(w, "  %s\n", short(raw))
			}
		}
	}
	if n > shownLeftOut {
		fmt.Fprintf(w, "  ... and %d more\n", n-shownLeftOut)
	}
}

// printUnfound names paths that may be wrong.
func printUnfound(w io.Writer, r *preview.Result) error {
	if len(r.Unfound) == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nNone of these records has a value for:")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, u := range r.Unfound {
		fmt.Fprintf(table, "  %s\t%s\n", u.Key, strings.Join(u.Paths, ", "))
	}
	return table.Flush()
}

func previewSummary(w io.Writer, r *preview.Result) {
	fmt.Fprintln(w)
	for _, p := range r.Problems {
		fmt.Fprintf(w, "Problem: %s\n", printable(problemText(p)))
	}
	if n := r.Next; n != nil {
		at := printable(n.Cursor)
		if at == "" {
			at = "by time"
		}
		fmt.Fprintf(w, "Next: %s; low watermark %s, newest event %s\n", at, stamp(n.Low), stamp(n.Newest))
	}
	if r.CaughtUp {
		fmt.Fprintln(w, "The source has caught up.")
	}
	fmt.Fprintln(w, "Nothing was sent on, and no state was written.")
}

// problemText is a problem in one line. Failed requests have a class; what is
// said about all of them says nothing.
func problemText(p preview.Problem) string {
	if p.Class != "" && p.Error != "" {
		return strings.Join(nonEmpty(p.Class+": "+p.Error, p.Hint), "; ")
	}
	return strings.Join(nonEmpty(p.Message, p.Error, p.Hint), ": ")
}

func eachRecord(all []plog.Logs, do func(plog.ResourceLogs, plog.LogRecord)) {
	for _, logs := range all {
		for _, rl := range logs.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					do(rl, lr)
				}
			}
		}
	}
}

// short cuts a text to the width of a cell, in one printable line.
func short(s string) string {
	s = printable(strings.Join(strings.Fields(s), " "))
	if utf8.RuneCountInString(s) <= cell {
		return s
	}
	return string([]rune(s)[:cell-3]) + "..."
}

// stamp writes a time, "-" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02T15:04:05.999Z")
}

func nonEmpty(texts ...string) []string {
	var all []string
	for _, t := range texts {
		if t != "" {
			all = append(all, t)
		}
	}
	return all
}
