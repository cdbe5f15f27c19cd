// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// rule is one alert. What is not listed is an error, as it is for Prometheus.
type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func rules(t *testing.T) []rule {
	t.Helper()
	text, err := os.ReadFile("../../alerts/otelcol-audit.yaml")
	require.NoError(t, err)
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	require.NoError(t, decoder.Decode(&file))
	require.Len(t, file.Groups, 1)
	require.NotEmpty(t, file.Groups[0].Rules)
	return file.Groups[0].Rules
}

var (
	duration = regexp.MustCompile(`^[0-9]+(s|m|h)$`)
	selector = regexp.MustCompile(`(otelcol_\w+)\{([^}]*)\}`)
	matcher  = regexp.MustCompile(`^(\w+)(?:=|!=|=~)"([^"]*)"$`)
)

func TestAlertsAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rules(t) {
		assert.False(t, seen[r.Alert], "%s twice", r.Alert)
		seen[r.Alert] = true
		assert.True(t, balanced(r.Expr), "%s: brackets", r.Alert)
		assert.Contains(t, r.Expr, ">", r.Alert)
		if r.For != "" {
			assert.Regexp(t, duration, r.For)
		}
		assert.Contains(t, []string{"warning", "critical"}, r.Labels["severity"], r.Alert)
		assert.NotEmpty(t, r.Annotations["summary"], r.Alert)
	}
}

func balanced(expr string) bool {
	closing := map[rune]rune{')': '(', ']': '[', '}': '{'}
	var open []rune
	for _, c := range expr {
		switch c {
		case '(', '[', '{':
			open = append(open, c)
		case ')', ']', '}':
			if len(open) == 0 || open[len(open)-1] != closing[c] {
				return false
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) == 0
}

// TestAlertsMatchLabelsThatExist: a value with a typing error never fires.
func TestAlertsMatchLabelsThatExist(t *testing.T) {
	documented, err := os.ReadFile("../../receiver/restauditreceiver/documentation.md")
	require.NoError(t, err)
	for _, r := range rules(t) {
		for _, found := range selector.FindAllStringSubmatch(r.Expr, -1) {
			_, section, known := strings.Cut(string(documented), "### "+found[1]+"\n")
			require.True(t, known, found[1])
			section, _, _ = strings.Cut(section, "\n### ")
			parts := matcher.FindStringSubmatch(found[2])
			require.NotNil(t, parts, "%s: %s", r.Alert, found[2])
			assert.Contains(t, section, "\n| "+parts[1]+" |", r.Alert)
			for _, value := range strings.Split(parts[2], "|") {
				assert.Contains(t, section, "``"+value+"``", r.Alert)
			}
		}
	}
}

// TestRunbooksExist: each alert names a section of a page that is there.
func TestRunbooksExist(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	for _, r := range rules(t) {
		anchor, ok := strings.CutPrefix(r.Annotations["runbook"], "docs/operations.md#")
		require.True(t, ok, r.Alert)
		heading := regexp.MustCompile(`(?mi)^#+ ` + strings.ReplaceAll(regexp.QuoteMeta(anchor), "-", "[ -]") + `$`)
		assert.Regexp(t, heading, string(page), r.Alert)
	}
}

func TestDashboardIsWellFormed(t *testing.T) {
	text, err := os.ReadFile("../../dashboards/otelcol-audit.json")
	require.NoError(t, err)
	var dashboard struct {
		UID    string
		Panels []struct {
			ID      int
			Type    string
			Title   string
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &dashboard))
	assert.Equal(t, "otelcol-audit", dashboard.UID)
	ids := map[int]bool{}
	for _, panel := range dashboard.Panels {
		assert.False(t, ids[panel.ID], "id %d twice", panel.ID)
		ids[panel.ID] = true
		assert.True(t, panel.Type == "row" || len(panel.Targets) > 0, panel.Title)
		for _, target := range panel.Targets {
			assert.True(t, balanced(target.Expr), target.Expr)
			assert.Contains(t, target.Expr, "otelcol_", panel.Title)
		}
	}
}

// TestTheChartCarriesTheSameFiles: Helm reads nothing outside of the chart.
func TestTheChartCarriesTheSameFiles(t *testing.T) {
	for original, copied := range map[string]string{
		"../../alerts/otelcol-audit.yaml":     chartDir + "/files/alerts.yaml",
		"../../dashboards/otelcol-audit.json": chartDir + "/files/dashboard.json",
	} {
		want, err := os.ReadFile(original)
		require.NoError(t, err)
		got, err := os.ReadFile(copied)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "cp %s %s", original, copied)
	}
}
