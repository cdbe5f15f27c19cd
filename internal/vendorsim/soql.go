// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// soql is a query on SetupAuditTrail.
type soql struct {
	fields     []string // in the order of the SELECT list, names as written in setupFields
	window     window   // of CreatedDate
	descending bool
	limit      int // 0 = none
}

// errSOQL says that a query is malformed.
var errSOQL = errors.New("malformed query")

// errColumn says that a query selects what isn't there.
var errColumn = errors.New("no such column")

// setupFields are the fields of SetupAuditTrail that can be selected. In this order they make the events that Sim.Body
// knows.
var setupFields = []string{
	"Id", "Action", "Section", "CreatedDate", "CreatedById", "CreatedBy.Username", "CreatedBy.Name", "CreatedBy.Email",
	"DelegateUser", "Display", "ResponsibleNamespacePrefix", "CreatedByContext", "CreatedByIssuer",
}

// parseSOQL reads
//
//	SELECT field, ... FROM SetupAuditTrail [WHERE CreatedDate op time [AND ...]]
//	[ORDER BY CreatedDate [ASC|DESC] [, Id [ASC|DESC]]] [LIMIT n]
//
// with op one of = > >= < <= and time an unquoted RFC 3339 time. Keywords and names are case-insensitive. Without ORDER
// BY the simulator serves newest first, where the real one promises nothing.
func parseSOQL(text string) (soql, error) {
	p := &soqlParser{words: soqlWords(text)}
	q := soql{descending: true}
	p.keyword("SELECT")
	q.fields = append(q.fields, p.field())
	for p.accept(",") {
		q.fields = append(q.fields, p.field())
	}
	p.keyword("FROM")
	p.keyword("SetupAuditTrail")
	if p.accept("WHERE") {
		p.condition(&q.window)
		for p.accept("AND") {
			p.condition(&q.window)
		}
	}
	if p.accept("ORDER") {
		p.keyword("BY")
		q.descending = p.order()
	}
	if p.accept("LIMIT") {
		q.limit = p.count()
	}
	if p.err == nil && len(p.words) > 0 {
		p.fail("unexpected token: " + p.words[0])
	}
	return q, p.err
}

// soqlParser eats words; after the first error it only pretends to.
type soqlParser struct {
	words []string
	err   error
}

// soqlWords splits a query: a comma and each comparison is a word, white space parts the rest.
func soqlWords(text string) []string {
	var out []string
	for len(text) > 0 {
		switch strings.IndexByte(" \t\r\n", text[0]) {
		case -1:
		default:
			text = text[1:]
			continue
		}
		n := 1
		switch {
		case text[0] == ',' || text[0] == '=':
		case text[0] == '<' || text[0] == '>':
			if strings.HasPrefix(text[1:], "=") {
				n = 2
			}
		default:
			n = strings.IndexAny(text, " \t\r\n,=<>")
			if n < 0 {
				n = len(text)
			}
		}
		out, text = append(out, text[:n]), text[n:]
	}
	return out
}

func (p *soqlParser) fail(why string) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: %s", errSOQL, why)
	}
}

// next takes a word, "" at the end and after an error.
func (p *soqlParser) next() string {
	if p.err != nil || len(p.words) == 0 {
		p.fail("unexpected end")
		return ""
	}
	w := p.words[0]
	p.words = p.words[1:]
	return w
}

// accept takes the next word when it is this one.
func (p *soqlParser) accept(word string) bool {
	if p.err != nil || len(p.words) == 0 || !strings.EqualFold(p.words[0], word) {
		return false
	}
	p.words = p.words[1:]
	return true
}

func (p *soqlParser) keyword(word string) {
	if got := p.next(); p.err == nil && !strings.EqualFold(got, word) {
		p.fail("expecting " + word + ", found " + got)
	}
}

func (p *soqlParser) field() string {
	got := p.next()
	for _, f := range setupFields {
		if strings.EqualFold(f, got) {
			return f
		}
	}
	if p.err == nil {
		p.err = fmt.Errorf("%w: %w: %s", errSOQL, errColumn, got)
	}
	return ""
}

func (p *soqlParser) condition(w *window) {
	p.keyword("CreatedDate")
	op, value := p.next(), p.next()
	t, err := time.Parse(time.RFC3339Nano, value)
	if p.err == nil && err != nil {
		p.fail("value of filter criterion must be an unquoted dateTime: " + value)
	}
	switch op {
	case ">=":
		w.notBefore(t)
	case ">":
		w.notBefore(t.Add(1))
	case "<=":
		w.before(t.Add(1))
	case "<":
		w.before(t)
	case "=":
		w.notBefore(t)
		w.before(t.Add(1))
	default:
		p.fail("unknown operator: " + op)
	}
}

// order reads what follows ORDER BY.
func (p *soqlParser) order() (descending bool) {
	p.keyword("CreatedDate")
	descending = p.direction()
	if p.accept(",") {
		p.keyword("Id")
		if p.direction() != descending {
			p.fail("the simulator can't sort CreatedDate and Id in opposite directions")
		}
	}
	return descending
}

func (p *soqlParser) direction() (descending bool) {
	if p.accept("DESC") {
		return true
	}
	p.accept("ASC")
	return false
}

func (p *soqlParser) count() int {
	n, err := strconv.Atoi(p.next())
	if err != nil || n < 1 {
		p.fail("LIMIT must be a positive number")
	}
	return n
}
