// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presetsim

import (
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/presets"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestPresets(t *testing.T) {
	for _, name := range presets.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openScene(t, name)
			_, whole := s.play(t, nil, nil)
			want := uids(whole)
			t.Run("a walk is read once and whole, and is as in golden.yaml", func(t *testing.T) { s.golden(t) })
			t.Run("events with the same time are all delivered", func(t *testing.T) { hasTie(t, whole) })
			t.Run("after an empty answer the first events are delivered", func(t *testing.T) { s.emptyFirst(t, want) })
			t.Run("a used-up quota is waited out", func(t *testing.T) { s.limitedOnce(t, want) })
			t.Run("an expired cursor loses and repeats nothing", func(t *testing.T) { s.expiredOnce(t, want) })
			t.Run("a late event is delivered", func(t *testing.T) { s.lateEvent(t, want) })
		})
	}
}

// uids are those delivered, sorted.
func uids(p *pipeline) []string {
	var all []string
	for uid := range p.counts {
		all = append(all, uid)
	}
	slices.Sort(all)
	return all
}

// once checks that exactly what is wanted came, each once.
func once(t *testing.T, want []string, p *pipeline) {
	t.Helper()
	assert.Equal(t, want, uids(p))
	for uid, n := range p.counts {
		assert.Equal(t, 1, n, "%s was delivered %d times", uid, n)
	}
}

// count is the number of records in all fixtures; 0 where a record holds several.
func (s *scene) count(v *vendor) int {
	if v.cfg.Response.Split != "" {
		return 0
	}
	answers := s.pages
	if v.cfg.Expand != nil {
		answers = s.items
	}
	n := 0
	for _, a := range answers {
		n += len(recordsOf(a.body, v.cfg))
	}
	return n
}

func hasTie(t *testing.T, p *pipeline) {
	times := map[time.Time]bool{}
	for _, r := range p.records {
		at := r.Timestamp().AsTime()
		if times[at] {
			return
		}
		times[at] = true
	}
	assert.Fail(t, "the fixtures have no two records with the same time")
}

func (s *scene) emptyFirst(t *testing.T, want []string) {
	_, p := s.play(t, func(v *vendor) {
		v.around = func(request) *answer { return s.empty }
	}, func(v *vendor, p *pipeline) {
		assert.Zero(t, p.distinct())
		v.mu.Lock()
		defer v.mu.Unlock()
		v.around = func(r request) *answer {
			// What was asked for before the events is asked for again by sources
			// that keep their position: it now leads to them.
			if r.page < len(s.pages) || !v.cfg.Pagination.Persistent {
				return nil
			}
			return s.afterEmpty(v)
		}
	})
	once(t, want, p)
}

// afterEmpty answers the position of the empty page: with the first page, once.
func (s *scene) afterEmpty(v *vendor) *answer {
	for _, r := range v.requests {
		if r.page > 0 && r.page < len(s.pages) {
			return nil
		}
	}
	a := v.show(0)
	return &a
}

func (s *scene) limitedOnce(t *testing.T, want []string) {
	refused := map[int]time.Time{}
	_, p := s.play(t, func(v *vendor) {
		v.around = func(r request) *answer {
			if at, ok := refused[r.page]; ok {
				if s.limited.header.Get("Retry-After") == "7" {
					assert.GreaterOrEqual(t, r.at.Sub(at), 7*time.Second, "asked again too early")
				}
				return nil
			}
			refused[r.page] = r.at
			return s.limited
		}
	}, nil)
	once(t, want, p)
	assert.NotEmpty(t, refused)
}

// expiredOnce refuses a cursor. An answer that the preset knows is understood at
// once; one that could mean anything makes the source give up after some tries.
func (s *scene) expiredOnce(t *testing.T, want []string) {
	const tries = 3
	known, refusals, refused := false, 0, false
	v, p := s.play(t, func(v *vendor) {
		known = slices.ContainsFunc(v.cfg.Response.ErrorWhen, func(e restauditreceiver.ErrorRule) bool { return e.Class == "cursor_expired" })
		v.around = func(r request) *answer {
			if refused && (known || refusals == tries) {
				assert.Zero(t, r.page, "the cursor that has expired is sent again")
			}
			refused = r.page > 0 && refusals < tries && !v.cfg.Pagination.Type.Drifts()
			if !refused {
				return nil
			}
			refusals++
			return s.expired
		}
	}, func(*vendor, *pipeline) {})
	once(t, want, p)
	if t := v.cfg.Pagination.Type; t == paging.None || t.Drifts() {
		return
	}
	assert.Equal(t, tries, refusals, "too few requests with a cursor were made")
}

// lateEvent hides one record of the first page until everything is read.
func (s *scene) lateEvent(t *testing.T, want []string) {
	_, p := s.play(t, func(v *vendor) {
		records := s.records(s.pages[0].body, v.cfg)
		require.Greater(t, len(records), 1, "the first page needs two records or more")
		v.hidden = records[0]
		if v.cfg.Response.Order == "descending" {
			v.hidden = records[len(records)-1]
		}
	}, func(v *vendor, p *pipeline) {
		assert.Less(t, p.distinct(), len(want))
		v.mu.Lock()
		defer v.mu.Unlock()
		v.late = true
	})
	once(t, want, p)
}
