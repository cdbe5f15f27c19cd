// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
)

// load reads a file of rules as Prometheus does, and makes its alerts faster.
func load(file string, speed int64) ([]*rules.AlertingRule, error) {
	p := parser.NewParser(parser.Options{})
	groups, problems := rulefmt.ParseFile(file, false, model.UTF8Validation, p, slog.New(slog.DiscardHandler))
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	var alerts []*rules.AlertingRule
	for _, group := range groups.Groups {
		for _, r := range group.Rules {
			expr, err := p.ParseExpr(r.Expr)
			if err != nil {
				return nil, err
			}
			alerts = append(alerts, rules.NewAlertingRule(
				r.Alert, faster(expr, speed), time.Duration(r.For)/time.Duration(speed), 0,
				labels.FromMap(r.Labels), labels.FromMap(r.Annotations), labels.EmptyLabels(), "",
				true, slog.New(slog.DiscardHandler),
			))
		}
	}
	return alerts, nil
}

// leastSeconds is where a number in a rule is taken for a time in seconds.
const leastSeconds = 60

// faster divides every duration of an expression, in place.
func faster(expr parser.Expr, speed int64) parser.Expr {
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.MatrixSelector:
			n.Range /= time.Duration(speed)
		case *parser.VectorSelector:
			n.OriginalOffset /= time.Duration(speed)
		case *parser.NumberLiteral:
			if n.Val >= leastSeconds {
				n.Val /= float64(speed)
			}
		}
		return nil
	})
	return expr
}
