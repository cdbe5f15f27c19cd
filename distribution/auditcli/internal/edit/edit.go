// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package edit changes the position of a source by hand, in a way that the
// source understands and that hides nothing.
//
// It is pure: it works on a decoded checkpoint. What is skipped by hand becomes
// a gap record, which the source delivers when it starts: an auditor sees it.
package edit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/dedupe"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/source"
)

// ErrForward says that a rewind would skip events.
var ErrForward = errors.New("a rewind goes back in time, this would go forward and skip events: use `set --low`, which reports them as a gap")

// Rewind makes the source begin again at to: everything after it is owed again.
// What was delivered is still remembered and is not delivered twice, unless
// redeliver says to forget it.
func Rewind(s *checkpoint.State, to time.Time, redeliver bool) error {
	if !s.Low.IsZero() && to.After(s.Low) {
		return ErrForward
	}
	drop(s)
	lower(s, to)
	if redeliver {
		forget(s)
	}
	return nil
}

// SetLow sets the low watermark and drops walk and cursor. What lies between
// the old one and a later new one becomes a gap.
func SetLow(s *checkpoint.State, to time.Time) {
	drop(s)
	if from := s.Low; !from.IsZero() && to.After(from) {
		s.Gaps = append(s.Gaps, checkpoint.Gap{From: from, To: to, Reason: source.GapOperator, Detail: "the low watermark was set by hand"})
		s.Low = to
		if s.LastTimestamp.Before(to) {
			s.LastTimestamp = to
		}
		return
	}
	lower(s, to)
}

// SetCursor sets the position that the next poll goes on from: a cursor, an id,
// a URL, an offset or a page number, as the type of pagination wants it.
func SetCursor(s *checkpoint.State, kind paging.Type, token string) error {
	var at paging.Position
	number := func() (n int64, err error) {
		if n, err = strconv.ParseInt(token, 10, 64); err != nil || n < 0 {
			err = fmt.Errorf("the cursor of pagination type %s is a number from 0 on, not %q", kind, token)
		}
		return n, err
	}
	var err error
	switch kind {
	case paging.Link, paging.NextURL:
		at.URL = token
	case paging.Offset:
		at.Offset, err = number()
	case paging.Page:
		at.Page, err = number()
	default:
		at.Cursor = token
	}
	if err != nil {
		return err
	}
	drop(s)
	s.Position, s.Cursor, s.CursorLost = at, at.Token(), at.First()
	return nil
}

// drop forgets the cursor and what is under way.
func drop(s *checkpoint.State) {
	s.Position, s.Cursor = paging.Position{}, ""
	s.Walk, s.Sweep = nil, nil
	// A stream without its cursor goes on from the low watermark.
	s.CursorLost = true
	s.NotBefore = time.Time{}
}

// lower makes everything from to on owed.
func lower(s *checkpoint.State, to time.Time) {
	s.Low, s.Covered = to, time.Time{}
	if s.Begin.IsZero() || to.Before(s.Begin) {
		s.Begin = to
	}
	if !s.Floor.IsZero() {
		s.Floor = to
	}
}

// forget forgets what was delivered. The chunks of it are deleted by the next
// commit but one, as the previous state still refers to them; new chunks get
// new numbers.
func forget(s *checkpoint.State) {
	old := s.Seen.Set
	s.Seen.Set = dedupe.State{NextID: old.NextID, KeyCheck: old.KeyCheck}
	s.Seen.Garbage = nil
	for _, chunk := range old.Chunks {
		s.Seen.Garbage = append(s.Seen.Garbage, chunk.ID)
		s.Seen.Set.NextID = max(s.Seen.Set.NextID, chunk.ID+1)
	}
}

// Registry is the file in which Flicker keeps its positions.
type Registry map[string]checkpoint.State

// maxNames bounds how many sources a registry may have.
const maxNames = 10_000

// ParseRegistry reads a registry. Only the times are taken over: a cursor has
// no meaning apart from the request that it came from, and the overlap covers
// the rest.
func ParseRegistry(data []byte) (Registry, error) {
	var file struct {
		Version    int                        `json:"version"`
		APISources map[string]json.RawMessage `json:"api_sources"`
	}
	if err := json.Unmarshal(data, &file); err != nil || file.APISources == nil {
		return nil, errors.New("it is not a registry: no JSON object with `api_sources`")
	}
	if file.Version != 1 {
		return nil, fmt.Errorf("it is a registry of version %d; only 1 is known", file.Version)
	}
	if len(file.APISources) > maxNames {
		return nil, fmt.Errorf("it has more than %d sources", maxNames)
	}
	all := Registry{}
	for name, raw := range file.APISources {
		var entry struct {
			LastTimestamp time.Time `json:"last_timestamp"`
		}
		if err := json.Unmarshal(raw, &entry); err != nil || entry.LastTimestamp.IsZero() {
			return nil, fmt.Errorf("its entry %q has no `last_timestamp` in RFC 3339", name)
		}
		at := entry.LastTimestamp.UTC()
		// No begin: the overlap may look back beyond the registry's time. A stream
		// has no cursor yet, and goes on from the low watermark as if it was lost.
		all[name] = checkpoint.State{LastTimestamp: at, Low: at, CursorLost: true}
	}
	return all, nil
}
