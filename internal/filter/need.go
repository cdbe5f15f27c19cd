// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"regexp/syntax"
	"unicode/utf8"
)

// need is what an expression requires of a text, as far as literals can say it.
type need struct {
	exact   set   // not nil: the expression matches these texts and no others
	pure    bool  // exact holds without conditions (anchors, word boundaries, mixed case)
	clauses []set // exact is nil: of each of these sets, every match contains a literal
	folds   bool  // some literal has a case-insensitive k or s, which also match a letter outside ASCII
}

// needOf analyses a whole expression. What may be absent at its edges says nothing about whether the text matches, so that
// `.*admin.*` is as simple as `admin`.
func needOf(tree *syntax.Regexp) need {
	n := analyse(core(tree))
	if n.exact == nil {
		return n
	}
	if !n.exact.clause() {
		return need{}
	}
	n.clauses = []set{n.exact}
	return n
}

// core takes off the optional edges of an expression that may match anywhere.
func core(re *syntax.Regexp) *syntax.Regexp {
	switch re.Op {
	case syntax.OpCapture:
		return core(re.Sub[0])
	case syntax.OpConcat:
		sub := re.Sub
		for len(sub) > 1 && optional(sub[0]) {
			sub = sub[1:]
		}
		for len(sub) > 1 && optional(sub[len(sub)-1]) {
			sub = sub[:len(sub)-1]
		}
		if len(sub) == 1 {
			return core(sub[0])
		}
		return &syntax.Regexp{Op: syntax.OpConcat, Flags: re.Flags, Sub: sub}
	default:
		return re
	}
}

func optional(re *syntax.Regexp) bool {
	return re.Op == syntax.OpStar || re.Op == syntax.OpQuest || re.Op == syntax.OpRepeat && re.Min == 0
}

// analyse walks the tree; its depth is bounded by the parser (1000).
func analyse(re *syntax.Regexp) need {
	switch re.Op {
	case syntax.OpLiteral:
		return ofLiteral(re)
	case syntax.OpCharClass:
		return ofClass(re)
	case syntax.OpEmptyMatch:
		return need{exact: set{{}}, pure: true}
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return need{exact: set{{}}}
	case syntax.OpCapture:
		return analyse(re.Sub[0])
	case syntax.OpConcat:
		return ofConcat(re.Sub)
	case syntax.OpAlternate:
		return ofAlternate(re.Sub)
	case syntax.OpPlus:
		return analyse(re.Sub[0]).once()
	case syntax.OpRepeat:
		if re.Min > 0 {
			return analyse(re.Sub[0]).once()
		}
	case syntax.OpQuest:
		n := analyse(re.Sub[0])
		if n.exact != nil && len(n.exact) < maxSet {
			n.exact = append(n.exact, literal{})
			return n
		}
	}
	return need{}
}

// once is the need of one or more repetitions: the text occurs, and more text around it.
func (n need) once() need {
	if n.exact == nil {
		return n
	}
	return need{clauses: appendClause(nil, n.exact), folds: n.folds}
}

func appendClause(clauses []set, s set) []set {
	if s.clause() {
		return append(clauses, s)
	}
	return clauses
}

func ofClass(re *syntax.Regexp) need {
	var s set
	for i := 0; i+1 < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			if len(s) == maxClass || !findable(r) {
				return need{}
			}
			s = append(s, literal{text: string(r)})
		}
	}
	if s == nil {
		return need{} // the empty class matches nothing
	}
	return need{exact: s, pure: true}
}

// ofLiteral cuts the text at characters that have no single byte form: those that fold beyond ASCII, and U+FFFD.
func ofLiteral(re *syntax.Regexp) need {
	fold := re.Flags&syntax.FoldCase != 0
	n, run, whole := need{pure: true}, "", true
	for _, r := range re.Rune {
		if !findable(r) || fold && r >= utf8.RuneSelf {
			whole = false
			n.clauses = appendClause(n.clauses, set{fromRun(run, fold)})
			run = ""
			continue
		}
		n.folds = n.folds || fold && (r|0x20 == 'k' || r|0x20 == 's')
		run += string(r)
	}
	last := set{fromRun(run, fold)}
	if whole {
		n.exact = last
	} else {
		n.clauses = appendClause(n.clauses, last)
	}
	return n
}

func fromRun(run string, fold bool) literal {
	if fold {
		run = lower(run)
	}
	return literal{text: run, fold: fold}
}

// ofConcat glues the parts whose texts are known; a part that is not known ends a clause and starts the next.
func ofConcat(sub []*syntax.Regexp) need {
	n, whole := need{exact: set{{}}, pure: true}, true
	for _, re := range sub {
		part := analyse(re)
		n.folds = n.folds || part.folds
		if part.exact != nil {
			if product, pure, ok := cross(n.exact, part.exact); ok {
				n.exact = product
				n.pure = n.pure && part.pure && pure
				continue
			}
		}
		whole = false
		n.clauses = appendClause(n.clauses, n.exact)
		n.clauses = append(n.clauses, part.clauses...)
		n.exact = part.exact
		if n.exact == nil {
			n.exact = set{{}}
		}
	}
	if !whole {
		n.clauses = appendClause(n.clauses, n.exact)
		n.exact = nil
	}
	return n
}

// ofAlternate is known if all branches are. Otherwise one clause joins the best clause of each branch, if each has one.
func ofAlternate(sub []*syntax.Regexp) need {
	known := need{exact: set{}, pure: true}
	var joined set
	for _, re := range sub {
		branch := analyse(re)
		known.folds = known.folds || branch.folds
		known.pure = known.pure && branch.pure
		if branch.exact == nil {
			known.exact = nil
		} else if known.exact != nil {
			known.exact = append(known.exact, branch.exact...)
		}
		joined = append(joined, branch.best()...)
		if branch.best() == nil {
			joined = append(joined, literal{}) // too short: the joined clause is of no use
		}
	}
	if known.exact != nil && len(known.exact) <= maxSet {
		return known
	}
	if len(joined) > maxSet {
		return need{}
	}
	return need{clauses: appendClause(nil, joined), folds: known.folds}
}

// best is the clause that says most, nil if there is none.
func (n need) best() set {
	if n.exact != nil {
		return n.exact
	}
	var best set
	for _, s := range n.clauses {
		if best == nil || s.better(best) {
			best = s
		}
	}
	return best
}
