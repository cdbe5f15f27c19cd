// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

// The Collector keeps several copies of each receiver's effective configuration.
// With a thousand sources, keys that nobody set would be most of the memory.
func TestTheEffectiveConfigHoldsWhatIsSetAndNotTheRest(t *testing.T) {
	cfg, err := load(t, `
preset: okta
params: {org: acme}
credentials: {header_file: token}
pagination: {verify: false}
`)
	require.NoError(t, err)
	effective := confmap.New()
	require.NoError(t, effective.Marshal(cfg))
	assert.Less(t, len(effective.AllKeys()), 80, "%v", effective.AllKeys())
	assert.NotContains(t, effective.AllKeys(), "document_id")
	assert.Contains(t, effective.AllKeys(), "pagination::verify", "its default is true")

	again := createDefaultConfig()
	require.NoError(t, effective.Unmarshal(again))
	written := confmap.New()
	require.NoError(t, written.Marshal(again))
	assert.Equal(t, effective.ToStringMap(), written.ToStringMap(), "what is left out is what it is by default")
}

// A key that is left out when it is zero must be zero by default: else the
// effective configuration would read differently from what it was made of.
func TestOnlyKeysThatAreZeroByDefaultAreLeftOut(t *testing.T) {
	var walk func(prefix string, v reflect.Value)
	walk = func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("mapstructure"), ",")
			if strings.Contains(options, "omitempty") && v.Type().Field(i).PkgPath == "" {
				assert.True(t, v.Field(i).IsZero(), prefix+name)
			}
			if v.Field(i).Kind() == reflect.Struct && name != "" {
				walk(prefix+name+"::", v.Field(i))
			}
		}
	}
	walk("", reflect.ValueOf(createDefaultConfig()).Elem())
}
