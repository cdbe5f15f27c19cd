// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"math"
	"time"

	"github.com/restaudit/otelcol-audit/internal/dedupe"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// memory is what the source knows of delivered records: the persisted set, and
// the page under way.
type memory struct {
	set *dedupe.Set
	// hashes belong to the records that fresh returned last, in their order.
	hashes []uint64
	page   map[uint64]struct{}
}

// fresh returns the records that were not delivered before, and not earlier on
// the same page (F17). It reuses the array of records. The hours of those that
// were are kept in memory: the vendor still shows them.
func (m *memory) fresh(records []record.Record, walk uint64) []record.Record {
	out := records[:0]
	m.hashes = m.hashes[:0]
	clear(m.page)
	for i := range records {
		h := m.set.Hash(records[i].UID)
		if m.set.Touch(h, walk) {
			continue
		}
		if _, twice := m.page[h]; twice {
			continue
		}
		m.page[h] = struct{}{}
		m.hashes = append(m.hashes, h)
		out = append(out, records[i])
	}
	return out
}

// add remembers the records that fresh returned last.
func (m *memory) add(fresh []record.Record, walk uint64) {
	for i := range fresh {
		m.set.Add(hourOf(&fresh[i]), m.hashes[i], walk)
	}
}

// remember takes in records that were delivered before, as far as can be known.
// Those from before the start never were, and never will be.
func (m *memory) remember(old []record.Record, begin time.Time, walk uint64) {
	for i := range old {
		if !old[i].Time.Before(begin) {
			m.set.Add(hourOf(&old[i]), m.set.Hash(old[i].UID), walk)
		}
	}
}

// lost counts the items that are missing for the first time, and remembers them:
// every look at the same list misses them again.
func (m *memory) lost(items []string, walk uint64) int {
	n := 0
	for _, item := range items {
		if h := m.set.Hash("missing item " + item); !m.set.Touch(h, walk) {
			m.set.Add(hour(time.Now()), h, walk)
			n++
		}
	}
	return n
}

// hourOf files a record under the hour of its event time; one without a usable
// time under the present hour, from where the overlap forgets it in time.
func hourOf(r *record.Record) int64 {
	t := r.Time
	if t.IsZero() || r.Flags&record.TimeFuture != 0 {
		t = time.Now()
	}
	return hour(t)
}

func hour(t time.Time) int64 { return int64(math.Floor(float64(t.Unix()) / 3600)) }

// evict forgets what no later request can show again.
func (m *memory) evict(horizon time.Time, walk uint64) { m.set.Evict(hour(horizon), walk) }

// cut is the time below which delivered uids had to be forgotten for lack of
// room; zero = none were.
func (m *memory) cut() time.Time {
	h, cut := m.set.CutBefore()
	if !cut {
		return time.Time{}
	}
	return time.Unix(h*3600, 0).UTC()
}

// restoreSeen makes the memory that the state describes. It returns how many
// chunks were lost.
func (s *Source) restoreSeen(chunks map[uint64][]byte) (lost int) {
	key, ok := s.seenKey()
	settings := dedupe.Settings{Key: key, MaxUIDs: s.set.MaxUIDs}
	set, missing, err := dedupe.Restore(settings, s.state.Seen.Set, chunks)
	if err != nil || !ok {
		lost = len(s.state.Seen.Set.Chunks)
		set = dedupe.NewSet(settings)
	}
	s.seen = &memory{set: set, page: map[uint64]struct{}{}}
	return lost + len(missing)
}

// seenKey is the key of the uid hash: from the state, or a new one. It is secret,
// so that nobody can craft an event that passes for another (see package dedupe).
func (s *Source) seenKey() (key dedupe.Key, ok bool) {
	saved, err := base64.StdEncoding.DecodeString(s.state.Seen.Key)
	if err == nil && len(saved) == len(key) {
		return dedupe.Key(saved), true
	}
	if s.set.Random != nil {
		binary.LittleEndian.PutUint64(key[:], s.set.Random.Uint64())
	} else {
		rand.Read(key[:])
	}
	s.state.Seen.Key = base64.StdEncoding.EncodeToString(key[:])
	return key, len(s.state.Seen.Set.Chunks) == 0
}

// rememberSeen puts the change of the memory into the state, and returns the
// chunks to store with it.
func (s *Source) rememberSeen() (map[uint64][]byte, error) {
	change := s.seen.set.Pending()
	var chunks map[uint64][]byte
	for _, c := range change.Put {
		data, err := c.MarshalBinary()
		if err != nil {
			return nil, err
		}
		if chunks == nil {
			chunks = map[uint64][]byte{}
		}
		chunks[c.ID] = data
	}
	// The commit is stored, or a later one that includes it, or this process
	// ends: the change needs no second thought.
	s.seen.set.Committed(change)
	s.state.Seen.Set = change.State
	s.state.Seen.Garbage = change.Drop
	return chunks, nil
}
