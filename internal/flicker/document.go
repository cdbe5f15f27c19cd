// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package flicker

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// section is a YAML mapping under construction, in the order of its keys.
type section struct{ node *yaml.Node }

func newSection() section { return section{&yaml.Node{Kind: yaml.MappingNode}} }

// flow makes a section that is written in one line.
func flow(pairs ...any) section {
	s := newSection()
	s.node.Style = yaml.FlowStyle
	for i := 0; i+1 < len(pairs); i += 2 {
		s.set(pairs[i].(string), pairs[i+1])
	}
	return s
}

func (s section) empty() bool { return len(s.node.Content) == 0 }

// set adds a key. A value is a string, a number, a bool, a duration, a list of
// strings or a section. Comments stand above the key.
func (s section) set(key string, value any, comments ...string) {
	k := scalar(key)
	k.HeadComment = comment(comments...)
	s.node.Content = append(s.node.Content, k, valueNode(value))
}

// setIf adds a text that is not empty.
func (s section) setIf(key, value string) {
	if value != "" {
		s.set(key, value)
	}
}

func valueNode(value any) *yaml.Node {
	switch v := value.(type) {
	case section:
		return v.node
	case []string:
		list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range v {
			list.Content = append(list.Content, scalar(item))
		}
		return list
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	case int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(v)}
	case int64:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(v, 10)}
	case time.Duration:
		return scalar(duration(v))
	case string:
		return scalar(v)
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
}

func scalar(text string) *yaml.Node {
	var n yaml.Node
	n.SetString(text)
	return &n
}

// duration writes 5m0s as 5m.
func duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = text[:len(text)-2]
	}
	if strings.HasSuffix(text, "h0m") {
		text = text[:len(text)-2]
	}
	return text
}

// width is how long a comment's line may be.
const width = 100

// comment breaks texts into lines, each text beginning a new one.
func comment(texts ...string) string {
	var all []string
	for _, text := range texts {
		line := "#"
		for word := range strings.FieldsSeq(text) {
			if len(line)+1+len(word) > width && line != "#" {
				all = append(all, line)
				line = "#"
			}
			line += " " + word
		}
		if line != "#" {
			all = append(all, line)
		}
	}
	return strings.Join(all, "\n")
}

var variable = regexp.MustCompile(`\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)\}`)

// text makes a text of the original safe in a Collector's configuration:
// ${NAME} stays a variable, and any other dollar sign is itself.
func text(s string) string {
	var b strings.Builder
	for {
		at := variable.FindStringSubmatchIndex(s)
		if at == nil {
			b.WriteString(strings.ReplaceAll(s, "$", "$$"))
			return b.String()
		}
		b.WriteString(strings.ReplaceAll(s[:at[0]], "$", "$$"))
		b.WriteString("${env:" + s[at[2]:at[3]] + "}")
		s = s[at[1]:]
	}
}

// literal tells whether a secret stands in the file itself.
func literal(s string) bool { return s != "" && !variable.MatchString(s) }

// special are the characters that mean something in a path of ours.
var special = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "|", `\|`, "#", `\#`, "@", `\@`, "!", `\!`, "{", `\{`, "}", `\}`, "[", `\[`, "]", `\]`, "(", `\(`, ")", `\)`)

// fieldPath writes a field with dots as a path of ours.
func fieldPath(field string) string { return text(special.Replace(field)) }

// numbers is a list of integers in one line.
func numbers(all ...int) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, n := range all {
		list.Content = append(list.Content, valueNode(n))
	}
	return list
}
