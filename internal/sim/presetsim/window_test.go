// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presetsim

import (
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"

	"github.com/restaudit/otelcol-audit/internal/timefmt"
)

// inWindow checks the bounds by time that a request names: they can be read in
// the format of the preset, the lower one is before the upper one, and both lie
// where a poll at this time can ask.
func (v *vendor) inWindow(r request) {
	tf := v.cfg.TimeFilter
	if r.page > 0 || r.item {
		return
	}
	zone, err := time.LoadLocation(tf.Timezone)
	assert.NoError(v.t, err)
	format, err := timefmt.New(tf.Format, zone)
	assert.NoError(v.t, err)
	var bounds []time.Time
	for _, param := range []string{tf.StartParam, tf.EndParam} {
		if param == "" {
			continue
		}
		text := r.URL.Query().Get(param)
		if tf.In == "body" {
			text = gjson.Get(r.body, param).String()
		}
		at, err := format.Parse(text)
		assert.NoError(v.t, err, "the bound %s", param)
		assert.False(v.t, at.After(r.at), "the bound %s is %v, after now", param, at)
		assert.Less(v.t, r.at.Sub(at), 50*time.Hour, "the bound %s is %v, too far back", param, at)
		bounds = append(bounds, at)
	}
	if len(bounds) == 2 && tf.Format != "date" && tf.Format != "01/02/2006" {
		assert.True(v.t, bounds[0].Before(bounds[1]), "the bounds %v are no interval", bounds)
	}
}
