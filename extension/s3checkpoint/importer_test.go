// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

const oldRegistry = `{"version":1,"api_sources":{
	"okta-old": {"last_timestamp":"2025-12-17T15:30:00.123Z","cursor":"eyJ"},
	"box":      {"last_timestamp":null,"cursor":9007199254740993,"more":true},
	"odd":      7}}`

func importing(c ImportConfig) func(*Config) {
	return func(cfg *Config) { cfg.Import = configoptional.Some(c) }
}

func TestAFirstStartAdoptsTheEntryOfTheOldRegistry(t *testing.T) {
	sim := s3sim.New(testBucket, "old-bucket")
	sim.SetObject("old-bucket", "x/registry.json", []byte(oldRegistry))
	change := importing(ImportConfig{URL: "s3://old-bucket/x/registry.json", Map: map[string]string{"okta-old": "okta"}})
	r := newReplica(t, sim, change)
	c := r.client(t)
	assert.JSONEq(t, `{"last_timestamp":"2025-12-17T15:30:00.123Z","cursor":"eyJ"}`, get(t, c, "import"))
	box := r.clientOf(t, component.KindReceiver, component.MustNewIDWithName("restaudit", "box"), "")
	assert.Equal(t, `{"last_timestamp":null,"cursor":9007199254740993}`, get(t, box, "import"), "digits stay digits")

	// With a checkpoint the registry is not asked any more.
	require.NoError(t, c.Delete(t.Context(), "import"))
	require.NoError(t, c.Close(t.Context()))
	sim.SetObject("old-bucket", "x/registry.json", nil)
	assert.Empty(t, get(t, newReplica(t, sim, change).client(t), "import"))
}

func TestOnlyRestauditReceiversWithAnEntryAdopt(t *testing.T) {
	sim := s3sim.New(testBucket)
	sim.SetObject(testBucket, "registry.json", []byte(oldRegistry))
	r := newReplica(t, sim, importing(ImportConfig{Object: "registry.json"}))
	for _, c := range []*client{
		r.clientOf(t, component.KindReceiver, component.MustNewIDWithName("filelog", "box"), ""),
		r.clientOf(t, component.KindProcessor, component.MustNewIDWithName("restaudit", "box"), ""),
		r.clientOf(t, component.KindReceiver, component.MustNewIDWithName("restaudit", "box"), "second"),
		r.clientOf(t, component.KindReceiver, component.MustNewIDWithName("restaudit", "unknown"), ""),
		r.clientOf(t, component.KindReceiver, component.MustNewID("restaudit"), ""),
	} {
		assert.Empty(t, get(t, c, "import"), c.name())
	}
	assert.Equal(t, 1, r.logs.FilterMessageSnippet("has no entry").Len())
}

func TestARegistryThatCanNotBeReadIsNoFirstStart(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"it is gone":           {"", "remove it to start without a position"},
		"it is no JSON":        {"<html>", "not a registry"},
		"it is cut":            {oldRegistry[:50], "not a registry"},
		"it is something else": {`{"version":1}`, "not a registry"},
		"it is newer":          {`{"version":2,"api_sources":{}}`, "version 2"},
		"its entry is odd":     {oldRegistry, "not an object"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				if tc.text != "" {
					sim.SetObject(testBucket, "registry.json", []byte(tc.text))
				}
				c := newReplica(t, sim, importing(ImportConfig{Object: "registry.json"})).
					clientOf(t, component.KindReceiver, component.MustNewIDWithName("restaudit", "odd"), "")
				_, err := c.Get(t.Context(), "import")
				require.ErrorContains(t, err, tc.want)
				assert.NotContains(t, sim.Keys(testBucket), c.key)
			})
		})
	}
}

func TestAnOutageDuringTheImportIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		sim.SetObject(testBucket, "registry.json", []byte(oldRegistry))
		r := newReplica(t, sim, importing(ImportConfig{Object: "registry.json", Map: map[string]string{"okta-old": "okta"}}))
		sim.Inject(s3sim.Fault{Effect: s3sim.SlowDown, Suffix: "registry.json", Count: 3})
		assert.Contains(t, get(t, r.client(t), "import"), "eyJ")
	})
}

func FuzzRegistry(f *testing.F) {
	f.Add([]byte(oldRegistry), "okta-old")
	f.Add([]byte(`{"version":1,"api_sources":{"a":null,"b":[]}}`), "b")
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		i := importer{cfg: &ImportConfig{}}
		value, err := i.entry(text, name)
		if err == nil && value != nil {
			assert.NotEmpty(t, value)
			assert.Equal(t, byte('{'), value[0])
		}
	})
}
