// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"reflect"
	"strings"
)

// comments are the comments on the fields of structs, by package path, type and
// field.
type comments map[string]string

func (c comments) of(t reflect.Type, field string) string {
	return c[t.PkgPath()+"."+t.Name()+"."+field]
}

// readComments reads the comments of packages: folders by package path.
func readComments(folders map[string]string) (comments, error) {
	all := comments{}
	for path, folder := range folders {
		names, err := fs.Glob(os.DirFS(folder), "*.go")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), folder+"/"+name, nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				spec, ok := n.(*ast.TypeSpec)
				if ok {
					all.add(path+"."+spec.Name.Name, spec.Type)
				}
				return true
			})
		}
	}
	return all, nil
}

// add notes the comments on the fields of a struct. A comment stands for the
// fields after it, up to the next comment or empty line.
func (c comments) add(name string, t ast.Expr) {
	s, ok := t.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range s.Fields.List {
		text := strings.Join(strings.Fields(field.Doc.Text()+" "+field.Comment.Text()), " ")
		for _, id := range field.Names {
			if text != "" {
				c[name+"."+id.Name] = fieldText(id.Name, text)
			}
		}
	}
}

// fieldText makes "Window is the longest ..." to "The longest ...".
func fieldText(name, text string) string {
	for _, verb := range []string{" is ", " are ", " says ", " holds "} {
		if rest, ok := strings.CutPrefix(text, name+verb); ok {
			if verb == " says " || verb == " holds " {
				rest = strings.TrimSpace(verb) + " " + rest
			}
			return strings.ToUpper(rest[:1]) + rest[1:]
		}
	}
	return text
}
