// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"text/tabwriter"
)

// figure is one line of the table.
type figure struct {
	name  string
	value float64
	unit  string
	// limit is limit-raw's figure of the same run; 0 = there is none. Then value /
	// limit is what counts, and what the targets are about.
	limit float64
	// must and goal are the targets; 0 = there is none.
	must, goal float64
	// larger is better, for a change of sign in the comparison.
	larger bool
}

// counts is the number that is compared from run to run.
func (f figure) counts() float64 {
	if f.limit > 0 {
		return f.value / f.limit
	}
	return f.value
}

// report is all figures so far.
type report struct{ figures []figure }

func (r *report) add(f figure) { r.figures = append(r.figures, f) }

// baseline are the figures of a run that others are compared with.
type baseline struct {
	Machine string             `json:"machine"`
	Figures map[string]float64 `json:"figures"`
}

func (r *report) baseline(machine string) baseline {
	b := baseline{Machine: machine, Figures: map[string]float64{}}
	for _, f := range r.figures {
		b.Figures[f.name] = math.Round(f.counts()*1000) / 1000
	}
	return b
}

// readBaseline reads a baseline; without a file there is none.
func readBaseline(path string) (baseline, error) {
	var b baseline
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &b)
	}
	if err != nil {
		return b, fmt.Errorf("baseline: %w", err)
	}
	return b, nil
}

func (b baseline) write(path string) error {
	data, err := json.MarshalIndent(b, "", "  ")
	if err == nil {
		err = os.WriteFile(path, append(data, '\n'), 0o644) //nolint:gosec // G306: it is committed
	}
	if err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	return nil
}

// print writes the table. Targets and baseline are ratios to limit-raw where a
// figure has one.
func (r *report) print(out io.Writer, base baseline) error {
	if base.Machine != "" {
		fmt.Fprintf(out, "baseline: %s\n", base.Machine)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nfigure\tvalue\tunit\tx limit-raw\tmust\tgoal\t\tbaseline\tchange\t")
	for _, f := range r.figures {
		ratio := ""
		if f.limit > 0 {
			ratio = number(f.counts())
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", f.name, number(f.value), f.unit, ratio,
			optional(f.must), optional(f.goal), f.verdict(), optional(base.Figures[f.name]), f.change(base))
	}
	return w.Flush()
}

// verdict says which of its targets the figure meets.
func (f figure) verdict() string {
	meets := func(target float64) bool {
		if f.larger {
			return f.counts() >= target
		}
		return f.counts() <= target
	}
	switch {
	case f.must == 0:
		return ""
	case !meets(f.must):
		return "MISSED"
	case f.goal != 0 && meets(f.goal):
		return "goal"
	default:
		return "ok"
	}
}

// change compares with the baseline; "worse" is more than what runs differ by.
func (f figure) change(base baseline) string {
	const noise = 0.15
	old := base.Figures[f.name]
	if old == 0 {
		return ""
	}
	change := f.counts()/old - 1
	if f.larger {
		change = -change
	}
	text := fmt.Sprintf("%+.0f %%", 100*(f.counts()/old-1))
	if change > noise {
		text += " worse"
	}
	return text
}

func optional(v float64) string {
	if v == 0 {
		return ""
	}
	return number(v)
}

// number writes three digits that matter.
func number(v float64) string {
	switch abs := math.Abs(v); {
	case abs >= 100:
		return fmt.Sprintf("%.0f", v)
	case abs >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}
