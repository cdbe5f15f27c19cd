// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"slices"
	"sync"
	"time"
)

// memory remembers the secrets that were in use lately: a vendor may say back one
// that has been replaced since.
type memory struct {
	mu    sync.Mutex
	known []memento
}

// memento is a secret and when it was last found to be in use.
type memento struct {
	text string
	used time.Time
}

const (
	// remembered is how many are never forgotten for their age.
	remembered = 3
	// rememberedFor is how long the others are, up to maxRemembered of them.
	rememberedFor = time.Hour
	maxRemembered = 48
)

// add notes what is in use now. What was added last has been in use until now.
func (m *memory) add(values ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	if n := len(m.known); n > 0 {
		m.known[n-1].used = now
	}
	for _, v := range values {
		if v == "" {
			continue
		}
		m.known = slices.DeleteFunc(m.known, func(one memento) bool { return one.text == v })
		m.known = append(m.known, memento{v, now})
	}
	drop := max(0, len(m.known)-maxRemembered)
	for len(m.known)-drop > remembered && now.Sub(m.known[drop].used) > rememberedFor {
		drop++
	}
	m.known = slices.Delete(m.known, 0, drop)
}

func (m *memory) texts() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]string, len(m.known))
	for i, one := range m.known {
		out[i] = one.text
	}
	return out
}
