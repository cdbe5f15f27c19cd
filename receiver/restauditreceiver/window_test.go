// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/window"
)

// TestEveryWindowThatIsAllowedGetsAhead: a source that is far behind asks for one
// window after the other. Where none ends later than the one before, it would ask
// for the same one for ever, and without a pause.
func TestEveryWindowThatIsAllowedGetsAhead(t *testing.T) {
	allowed := 0
	for _, format := range []string{"rfc3339", "unix_ms", "date", "2006-01-02T15", "2006-01-02 15:04"} {
		for _, bounds := range []string{boundsInclusive, boundsUnknown} {
			for _, size := range []time.Duration{2 * time.Minute, 7 * time.Minute, 90 * time.Minute, 3 * time.Hour, 24 * time.Hour, 25 * time.Hour, 48 * time.Hour, 49 * time.Hour, 72 * time.Hour, 100 * time.Hour} {
				text := fmt.Sprintf("endpoint: https://api.example.com/\nstart_at: 240h\ntime_filter: {start_param: s, end_param: e, format: %q, bounds: %s, window: %v}\n", format, bounds, size)
				cfg, err := load(t, text)
				if err != nil {
					require.ErrorContains(t, err, "no poll gets ahead", text)
					continue
				}
				allowed++
				c, err := cfg.compile()
				require.NoError(t, err)
				for hour := range 48 { // the place in the day matters
					low := time.Date(2026, 3, 1, hour, 59, 58, 0, time.UTC)
					w, _ := c.source.Window.Plan(window.Position{Low: low, Now: low.AddDate(0, 1, 0)})
					assert.True(t, c.source.Window.Drained(low, w, time.Time{}, time.Time{}).After(low), "%s at %v", text, low)
				}
			}
		}
	}
	assert.Greater(t, allowed, 50)
}
