// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package otelcolaudit_test

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What a reader can hold in mind. Generated files and tests are exempt.
const (
	maxFileLines     = 400
	maxFunctionLines = 80
)

const licenceHeader = "// Copyright The restaudit Authors\n// SPDX-License-Identifier: Apache-2.0\n"

// rules are the house rules that a parser can check; CONTRIBUTING.md has the
// reasons. Each returns what is wrong with a file, and where.
var rules = map[string]func(source) []string{
	"licence header":          licence,
	"short files":             fileLength,
	"short functions":         functionLength,
	"no init functions":       initFunctions,
	"no exit outside of main": exits,
	"no panics":               panics,
	"no sleeping tests":       sleeps,
	"no unfinished comments":  unfinished,
}

func TestHygiene(t *testing.T) {
	all := sources(t)
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			for _, s := range all {
				if s.generated() {
					continue
				}
				for _, problem := range rule(s) {
					assert.Fail(t, s.name+": "+problem)
				}
			}
		})
	}
}

// TestPackageDocs wants each package to say what it is; the generator's
// packages may stay silent.
func TestPackageDocs(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		documented[s.dir()] = documented[s.dir()] || s.generated() || s.file.Doc.Text() != ""
	}
	for dir, ok := range documented {
		assert.True(t, ok, "%s: no file has a package comment", dir)
	}
}

func TestHygieneRules(t *testing.T) {
	long := strings.Repeat("\t_ = 0\n", maxFunctionLines)
	for _, tc := range []struct{ rule, file, text, want string }{
		{"licence header", "x.go", "package x", "header"},
		{"licence header", "x.go", licenceHeader + "\npackage x", ""},
		{"short files", "x.go", "package x\n" + strings.Repeat("//\n", maxFileLines), "401 lines"},
		{"short files", "x_test.go", "package x\n" + strings.Repeat("//\n", maxFileLines), ""},
		{"short functions", "x.go", "package x\nfunc f() {\n" + long + "}", "f has 82 lines"},
		{"no init functions", "x.go", "package x\nfunc init() {}", "init"},
		{"no init functions", "x.go", "package x\ntype t int\nfunc (t) init() {}", ""},
		{"no exit outside of main", "x.go", "package x\nfunc f() { os.Exit(1) }", "os.Exit"},
		{"no exit outside of main", "x.go", "package main\nfunc f() { os.Exit(1) }", ""},
		{"no panics", "x.go", "package x\nfunc f() { panic(1) }", "panic"},
		{"no panics", "x.go", "package x\nfunc f() { panic(http.ErrAbortHandler) }", ""},
		{"no panics", "x.go", "package x\nfunc f() { defer func() { panic(recover()) }() }", ""},
		{"no sleeping tests", "x_test.go", "package x\nfunc f() { time.Sleep(1) }", "time.Sleep"},
		{"no sleeping tests", "x_test.go", "package x\n// not time.Sleep(1)", ""},
		{"no sleeping tests", "x_test.go", "package x\nimport \"testing/synctest\"\nfunc f() { time.Sleep(1) }", ""},
		{"no unfinished comments", "x.go", "package x\n// TO" + "DO: more", "line 2"},
	} {
		s, err := parse(tc.file, tc.text)
		assert.NoError(t, err)
		problems := strings.Join(rules[tc.rule](s), "\n")
		if tc.want == "" {
			assert.Empty(t, problems, tc.text)
		} else {
			assert.Contains(t, problems, tc.want)
		}
	}
}

func licence(s source) []string {
	if strings.HasPrefix(s.text, licenceHeader) {
		return nil
	}
	return []string{"does not start with the licence header:\n" + licenceHeader}
}

func fileLength(s source) []string {
	if lines := strings.Count(strings.TrimSuffix(s.text, "\n"), "\n") + 1; lines > maxFileLines && !s.test() {
		return []string{fmt.Sprintf("%d lines, at most %d: it holds more than one idea", lines, maxFileLines)}
	}
	return nil
}

func functionLength(s source) []string {
	if s.test() {
		return nil
	}
	var problems []string
	for _, f := range functions(s) {
		if lines := s.line(f.End()) - s.line(f.Pos()) + 1; lines > maxFunctionLines {
			problems = append(problems, fmt.Sprintf("%s has %d lines, at most %d", f.Name, lines, maxFunctionLines))
		}
	}
	return problems
}

// initFunctions finds code that runs because of an import.
func initFunctions(s source) []string {
	for _, f := range functions(s) {
		if f.Name.Name == "init" && f.Recv == nil {
			return []string{"func init: call it from where it is needed"}
		}
	}
	return nil
}

func exits(s source) []string {
	if s.file.Name.Name == "main" || s.test() {
		return nil
	}
	var problems []string
	for _, call := range [][2]string{{"os", "Exit"}, {"log", "Fatal"}, {"log", "Fatalf"}, {"log", "Panicf"}} {
		for _, line := range mentions(s, call[0], call[1]) {
			problems = append(problems, fmt.Sprintf("line %d: %s.%s: return an error", line, call[0], call[1]))
		}
	}
	return problems
}

// panics finds them outside of tests. Two are fine: http.ErrAbortHandler is the
// documented way for a handler to break a connection, which simulators do on
// purpose, and what a function recovered but can't handle has to go on.
func panics(s source) []string {
	if s.test() {
		return nil
	}
	var problems []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		if f, ok := n.(*ast.FuncLit); ok && len(callsOf(f, "recover")) > 0 {
			return false
		}
		call, ok := n.(*ast.CallExpr)
		if ok && isCallOf(call, "panic") && !isSelector(call.Args[0], "http", "ErrAbortHandler") {
			problems = append(problems, fmt.Sprintf("line %d: panic: return an error", s.line(n.Pos())))
		}
		return true
	})
	return problems
}

func callsOf(in ast.Node, builtin string) []ast.Node {
	var calls []ast.Node
	ast.Inspect(in, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && isCallOf(call, builtin) {
			calls = append(calls, n)
		}
		return true
	})
	return calls
}

func isCallOf(call *ast.CallExpr, builtin string) bool {
	f, ok := call.Fun.(*ast.Ident)
	return ok && f.Name == builtin
}

// sleeps finds tests that wait by the clock: they are slow on a fast machine
// and flaky on a slow one. Inside of synctest a sleep costs no time.
func sleeps(s source) []string {
	if !s.test() || slices.Contains(s.imports, "testing/synctest") {
		return nil
	}
	var problems []string
	for _, line := range mentions(s, "time", "Sleep") {
		problems = append(problems, fmt.Sprintf("line %d: time.Sleep: use testing/synctest, or wait for a condition", line))
	}
	return problems
}

var unfinishedWord = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)

func unfinished(s source) []string {
	var problems []string
	for _, group := range s.file.Comments {
		for _, comment := range group.List {
			if unfinishedWord.MatchString(comment.Text) {
				problems = append(problems, fmt.Sprintf("line %d: finish it, or open an issue", s.line(comment.Pos())))
			}
		}
	}
	return problems
}

func functions(s source) []*ast.FuncDecl {
	var all []*ast.FuncDecl
	for _, decl := range s.file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			all = append(all, f)
		}
	}
	return all
}

// mentions returns the lines that use pkg.name.
func mentions(s source, pkg, name string) []int {
	var lines []int
	ast.Inspect(s.file, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && isSelector(e, pkg, name) {
			lines = append(lines, s.line(n.Pos()))
		}
		return true
	})
	return lines
}

func isSelector(e ast.Expr, pkg, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == pkg
}
