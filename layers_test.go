// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package otelcolaudit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// layers is the engine from the bottom to the top. A package imports packages
// of its own layer and of the ones above it in this table, never of a later one.
var layers = [][]string{
	// Pure: no I/O, no logging, no clock.
	{
		"internal/record", "internal/window", "internal/filter", "internal/dedupe",
		"internal/page", "internal/timefmt", "internal/paging",
	},
	// One outside thing each.
	{"internal/request", "internal/auth", "internal/send", "internal/checkpoint"},
	// One page: the layers below in one call.
	{"internal/fetch"},
	// The loop.
	{"internal/source"},
	// The Collector's shell.
	{"receiver/restauditreceiver"},
}

// alone are packages that import nothing of ours: what users may take without
// the engine, and what the tests need to be independent of the code under test.
var alone = []string{
	"extension/s3checkpoint",
	"internal/flicker",
	"internal/s3sim",
	"internal/storetest",
	"internal/vendorsim",
	"presets",
}

// rigs put packages together for a test or a program and are imported by
// nobody: any import is fine there.
var rigs = []string{".", "cmd", "internal/sim"}

// impure are packages that the lowest layer must not import, because each of
// them is a way to the world outside.
var impure = []string{
	"log", "log/slog", "net", "net/http", "os", "os/exec", "syscall",
	"go.uber.org/zap", "go.opentelemetry.io/otel",
}

func TestLayers(t *testing.T) {
	for _, s := range sources(t) {
		if !s.inRootModule() {
			continue
		}
		for _, problem := range layerProblems(s) {
			assert.Fail(t, s.name+": "+problem)
		}
	}
}

func TestLayerRules(t *testing.T) {
	for name, tc := range map[string]struct {
		file, text, want string
	}{
		"a lower layer imports a higher one": {
			file: "internal/page/x.go", text: `import "` + rootModule + `/internal/source"`, want: "must not import internal/source",
		},
		"so does a test of it": {
			file: "internal/page/x_test.go", text: `import "` + rootModule + `/internal/source"`, want: "must not import internal/source",
		},
		"the engine imports a simulator": {
			file: "internal/source/x.go", text: `import "` + rootModule + `/internal/vendorsim"`, want: "only tests",
		},
		"a test of the engine does": {
			file: "internal/source/x_test.go", text: `import "` + rootModule + `/internal/vendorsim"`,
		},
		"the extension imports the engine": {
			file: "extension/s3checkpoint/x.go", text: `import "` + rootModule + `/internal/checkpoint"`, want: "must not import",
		},
		"the extension imports its own folder": {
			file: "extension/s3checkpoint/x.go", text: `import "` + rootModule + `/extension/s3checkpoint/internal/metadata"`,
		},
		"the loop imports a step": {
			file: "internal/source/x.go", text: `import "` + rootModule + `/internal/send"`,
		},
		"a pure package opens files": {
			file: "internal/page/x.go", text: `import "os"`, want: `must not import "os"`,
		},
		"a pure package's test opens files": {
			file: "internal/page/x_test.go", text: `import "os"`,
		},
		"a pure package reads the clock": {
			file: "internal/window/x.go", text: "import \"time\"\nvar now = time.Now", want: "time.Now",
		},
		"an unlisted package": {
			file: "internal/misc/x.go", text: ``, want: "is in no layer",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := parse(tc.file, "package x\n"+tc.text)
			assert.NoError(t, err)
			problems := strings.Join(layerProblems(s), "\n")
			if tc.want == "" {
				assert.Empty(t, problems)
				return
			}
			assert.Contains(t, problems, tc.want)
		})
	}
}

func layerProblems(s source) []string {
	mine, listed := placeOf(s.dir())
	if !listed {
		return []string{"package is in no layer: add it to a table in layers_test.go"}
	}
	if mine.level == rig {
		return nil
	}
	var problems []string
	for _, imported := range s.imports {
		dir, ours := strings.CutPrefix(imported, rootModule+"/")
		theirs, _ := placeOf(dir)
		switch {
		case !ours, theirs.owner == mine.owner:
		case theirs.level == apart && s.test(): // a test may use any simulator
		case theirs.level == apart && theirs.owner == "presets" && mine.level != apart:
		case theirs.level == apart:
			problems = append(problems, "only tests may import "+dir)
		case mine.level == apart, theirs.level > mine.level:
			problems = append(problems, "must not import "+dir)
		}
	}
	if mine.level == 0 && !s.test() {
		problems = append(problems, impurities(s)...)
	}
	return problems
}

func impurities(s source) []string {
	var problems []string
	for _, imported := range s.imports {
		if slices.Contains(impure, imported) {
			problems = append(problems, `a pure package must not import "`+imported+`"`)
		}
	}
	for _, name := range []string{"Now", "Since", "Until", "Sleep", "After", "NewTimer", "NewTicker"} {
		for range mentions(s, "time", name) {
			problems = append(problems, "a pure package must not use time."+name+": pass the time in")
		}
	}
	return problems
}

// The places outside of the layers.
const (
	apart = -1      // imports nothing of ours
	rig   = 1 << 10 // imports anything, is imported by nobody
)

// place says where a folder belongs: to which listed package, in which layer.
type place struct {
	owner string
	level int // index in layers, apart or rig
}

// placeOf finds a folder's place. A folder below a listed one belongs to it.
func placeOf(dir string) (place, bool) {
	find := func(packages []string, level int) (place, bool) {
		for _, p := range packages {
			if dir == p || strings.HasPrefix(dir, p+"/") {
				return place{owner: p, level: level}, true
			}
		}
		return place{}, false
	}
	for level, packages := range layers {
		if found, ok := find(packages, level); ok {
			return found, true
		}
	}
	if found, ok := find(alone, apart); ok {
		return found, true
	}
	return find(rigs, rig)
}
