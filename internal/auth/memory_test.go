// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestReplacedSecretsAreRemembered: a request with an old one may still be spoken
// of after some rotations.
func TestReplacedSecretsAreRemembered(t *testing.T) {
	for name, tc := range map[string]struct {
		every time.Duration
		count int
		want  int
	}{
		"all of the last hour":               {11 * time.Minute, 100, 7},
		"three, however old":                 {24 * time.Hour, 100, 3},
		"some dozens, however often they go": {time.Second, 100, maxRemembered},
		"a few":                              {time.Minute, 5, 5},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var m memory
				var all []string
				for i := range tc.count {
					all = append(all, fmt.Sprint("token", i))
					m.add(all[i], "")
					time.Sleep(tc.every)
				}
				assert.Equal(t, all[len(all)-tc.want:], m.texts())
			})
		})
	}
}

// TestTheHourOfASecretBeginsWithItsReplacement: it may have been in use for long.
func TestTheHourOfASecretBeginsWithItsReplacement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memory
		m.add("old")
		time.Sleep(24 * time.Hour)
		for i := range 10 {
			m.add(fmt.Sprint(i))
		}
		assert.Contains(t, m.texts(), "old")
		time.Sleep(rememberedFor + 1)
		m.add("0") // it is in use again
		m.add("newest")
		assert.Equal(t, []string{"9", "0", "newest"}, m.texts())
	})
}
