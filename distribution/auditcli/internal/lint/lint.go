// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package lint judges whether a Collector's pipelines keep what the restaudit
// receiver promises: that an event counts as delivered only when the
// destination has it.
//
// A pipeline can break that without a word of warning: a queue, a processor or
// an exporter that accepts what it may drop later. A receiver can't see it, so
// it has to be found in the configuration. The package is pure. It does not
// check that a configuration is valid: the Collector does.
package lint

import (
	"cmp"
	"slices"
	"strings"
)

// Level says how much a finding matters.
type Level string

// The levels.
const (
	// Error: the Collector can't start, although it takes the configuration.
	Error Level = "error"
	// Warning: events can be lost, sent twice or read by others.
	Warning Level = "warning"
	// Note: good to know; nothing has to be changed.
	Note Level = "note"
)

// Finding is one thing that a pipeline does.
type Finding struct {
	Level Level
	// Key is the place in the configuration, as in exporters::otlp_http::sending_queue.
	Key string
	// Why says what can happen, Write what to write instead.
	Why, Write string
}

// Component is one configured component.
type Component struct {
	// ID is type or type/name.
	ID string
	// Config is its configuration with all defaults, Written the part that the
	// user wrote. Secrets may be blanked out.
	Config, Written map[string]any
}

// kind is the component's type.
func (c Component) kind() string {
	kind, _, _ := strings.Cut(c.ID, "/")
	return kind
}

// Pipeline is one pipeline for logs, with component ids in their order.
type Pipeline struct {
	ID                               string
	Receivers, Processors, Exporters []string
}

// Config is what is judged: pipelines for logs, and components by their id.
type Config struct {
	Receivers, Processors, Exporters, Connectors, Extensions map[string]Component
	// Started are the ids in service::extensions.
	Started   []string
	Pipelines []Pipeline
}

// receiverType is the type of the receiver whose pipelines are judged.
const receiverType = "restaudit"

// Judge returns what is to be said about the pipelines that carry records of a
// restaudit receiver, and about nothing else: what matters most first, then by key.
func Judge(c Config) []Finding {
	levels := []Level{Error, Warning, Note}
	j := &judge{Config: c, seen: map[Finding]bool{}}
	reached := j.reached()
	j.receivers()
	for _, p := range reached {
		j.fanOut(p)
		for _, id := range p.Processors {
			j.processor(c.Processors[id])
		}
		for _, id := range p.Exporters {
			if connector, ok := c.Connectors[id]; ok {
				j.queue("connectors", connector)
				continue
			}
			j.exporter(c.Exporters[id], p)
		}
	}
	slices.SortStableFunc(j.findings, func(a, b Finding) int {
		return cmp.Or(slices.Index(levels, a.Level)-slices.Index(levels, b.Level), strings.Compare(a.Key, b.Key))
	})
	return j.findings
}

// Count counts the findings of a level.
func Count(findings []Finding, level Level) int {
	n := 0
	for _, f := range findings {
		if f.Level == level {
			n++
		}
	}
	return n
}

// judge collects findings, each once.
type judge struct {
	Config
	findings []Finding
	seen     map[Finding]bool
}

func (j *judge) add(f Finding) {
	if !j.seen[f] {
		j.seen[f] = true
		j.findings = append(j.findings, f)
	}
}

func (j *judge) fail(key, why, write string) {
	j.add(Finding{Level: Error, Key: key, Why: why, Write: write})
}

func (j *judge) warn(key, why, write string) {
	j.add(Finding{Level: Warning, Key: key, Why: why, Write: write})
}

func (j *judge) note(key, why, write string) {
	j.add(Finding{Level: Note, Key: key, Why: why, Write: write})
}

// reached are the pipelines with a restaudit receiver, and those that their
// connectors lead to.
func (j *judge) reached() []Pipeline {
	var reached []Pipeline
	from := map[string]bool{}
	for id, r := range j.Receivers {
		from[id] = r.kind() == receiverType
	}
	taken := map[string]bool{}
	for more := true; more; {
		more = false
		for _, p := range j.Pipelines {
			if taken[p.ID] || !slices.ContainsFunc(p.Receivers, func(id string) bool { return from[id] }) {
				continue
			}
			taken[p.ID], more = true, true
			reached = append(reached, p)
			for _, id := range p.Exporters {
				if _, ok := j.Connectors[id]; ok {
					from[id] = true
				}
			}
		}
	}
	slices.SortFunc(reached, func(a, b Pipeline) int { return strings.Compare(a.ID, b.ID) })
	return reached
}
