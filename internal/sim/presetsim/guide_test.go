// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presetsim

import (
	"os"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

var (
	guideExample = regexp.MustCompile("(?s)<!-- tested -->\n```yaml\n(.*?)```")
	guideAnswer  = regexp.MustCompile("(?s)```json\n(.*?)```")
)

// TestGuide polls the example of docs/add-a-vendor.md, with the answer that is
// printed there as the last page.
func TestGuide(t *testing.T) {
	text, err := os.ReadFile("../../../docs/add-a-vendor.md")
	require.NoError(t, err)
	example, body := guideExample.FindSubmatch(text), guideAnswer.FindSubmatch(text)
	require.Len(t, example, 2)
	require.Len(t, body, 2)
	var file struct {
		Receivers map[string]map[string]any `yaml:"receivers"`
	}
	require.NoError(t, yaml.Unmarshal(example[1], &file))
	raw := file.Receivers["restaudit/vault"]
	raw["storage"] = nil
	substitute(raw)
	raw["middlewares"] = []any{map[string]any{"id": vendorID.String()}}
	synctest.Test(t, func(t *testing.T) {
		cfg := restauditreceiver.NewFactory().CreateDefaultConfig().(*restauditreceiver.Config)
		require.NoError(t, confmap.NewFromStringMap(raw).Unmarshal(cfg))
		require.NoError(t, confmap.Validate(cfg))
		time.Sleep(time.Until(began))
		empty := &answer{status: 200, body: `{"status":"ok","paging":{},"events":[]}`}
		s := &scene{pages: []answer{{status: 200, body: string(body[1])}}, empty: empty}
		v, p := &vendor{t: t, s: s, cfg: cfg}, &pipeline{counts: map[string]int{}}
		s.poll(t, v, p, nil)
		assert.Equal(t, map[string]int{"av-9": 1}, p.counts)
		assert.Equal(t, "secret.read", p.records[0].EventName())
		assert.Len(t, p.records[0].Attributes().AsRaw(), 5)
	})
}
