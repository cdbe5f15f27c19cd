// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package otelcolaudit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const rootModule = "github.com/restaudit/otelcol-audit"

// source is one parsed Go file of the repository.
type source struct {
	name    string // from the repository's root, with slashes
	text    string
	fset    *token.FileSet
	file    *ast.File
	imports []string
}

func (s source) dir() string     { return path.Dir(s.name) }
func (s source) test() bool      { return strings.HasSuffix(s.name, "_test.go") }
func (s source) generated() bool { return ast.IsGenerated(s.file) }
func (s source) line(p token.Pos) int {
	return s.fset.Position(p).Line
}

// inRootModule tells files of the library from those of the other two modules.
func (s source) inRootModule() bool {
	return !strings.HasPrefix(s.name, "distribution/") && !strings.HasPrefix(s.name, "internal/tools/")
}

func parse(name, text string) (source, error) {
	s := source{name: name, text: text, fset: token.NewFileSet()}
	file, err := parser.ParseFile(s.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return s, err
	}
	s.file = file
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return s, err
		}
		s.imports = append(s.imports, imported)
	}
	return s, nil
}

// sources parses every Go file of the repository, in all modules. Folders that
// the go tool ignores, build output and test data are left out.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if ignored(entry.Name()) && name != "." {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		s, err := parse(name, string(text))
		all = append(all, s)
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

func ignored(folder string) bool {
	return strings.HasPrefix(folder, ".") || strings.HasPrefix(folder, "_") ||
		folder == "bin" || folder == "testdata"
}
