// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const repository = "../../../.."

func TestPrometheusTakesTheRules(t *testing.T) {
	alerts, err := load(filepath.Join(repository, "alerts", "otelcol-audit.yaml"), 1)
	require.NoError(t, err)
	assert.NotEmpty(t, alerts)
}

func TestARuleThatPrometheusRefusesIsRefused(t *testing.T) {
	for name, rule := range map[string]string{
		"an expression that does not parse":    "{alert: A, expr: 'sum by (x (up)'}",
		"a key that does not exist":            "{alert: A, expr: up, fro: 5m}",
		"a template with a variable too many":  "{alert: A, expr: up, annotations: {summary: '{{ $valeu }}'}}",
		"a function of the wrong kind of data": "{alert: A, expr: rate(up)}",
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "rules.yaml")
			require.NoError(t, os.WriteFile(file, []byte("groups: [{name: g, rules: ["+rule+"]}]"), 0o600))
			_, err := load(file, 1)
			assert.Error(t, err)
		})
	}
}

// TestPrometheusTakesTheDashboardsQueries, with Grafana's variables filled in.
func TestPrometheusTakesTheDashboardsQueries(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, "dashboards", "otelcol-audit.json"))
	require.NoError(t, err)
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &dashboard))
	p, filled, queries := parser.NewParser(parser.Options{}), strings.NewReplacer("$__rate_interval", "5m"), 0
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			_, err := p.ParseExpr(filled.Replace(target.Expr))
			assert.NoError(t, err, panel.Title)
			queries++
		}
	}
	assert.Positive(t, queries)
}

func TestFasterDividesEveryDuration(t *testing.T) {
	for expr, want := range map[string]string{
		`up > 0.5`:                   `up > 0.5`,
		`time() - at > 3600`:         `time() - at > 15`,
		`rate(x[1h])`:                `rate(x[15s])`,
		`x - (x offset 1h or x * 0)`: `x - (x offset 15s or x * 0)`,
	} {
		parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
		require.NoError(t, err)
		assert.Equal(t, want, faster(parsed, 240).String())
	}
}
