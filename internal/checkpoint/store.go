// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/internal/dedupe"
)

// The keys of a source in its storage client.
const (
	KeyState      = "state"
	KeyPrev       = "state.prev"
	KeyImport     = "import"
	prefixSeen    = "seen."
	prefixDiscard = "quarantine."
)

// Loaded is what Load found.
type Loaded struct {
	// State is nil when the storage has never held one: a first start.
	State *State
	// Chunks are the bytes of the state's chunks, by id. A chunk that is missing
	// is left out: repeats may follow, a loss can't.
	Chunks map[uint64][]byte
	// Note says what was not as it should be; "" otherwise.
	Note string
}

// Commit is one step of a source's state.
type Commit struct {
	State State
	// Chunks are new chunks that the state refers to.
	Chunks map[uint64][]byte
	// Quarantine are records that the pipeline refuses for good, by uid. They are
	// kept under `quarantine.` and a hash of the uid.
	Quarantine map[string]string
}

// Store keeps the state of one source in a Collector storage client. It is not
// safe for concurrent use.
type Store struct {
	client storage.Client
	// last are the encoded bytes of the newest state known to be stored, and
	// garbage the chunks that it names for deletion.
	last    []byte
	garbage []uint64
}

// NewStore makes a Store on client, which stays the caller's to close.
func NewStore(client storage.Client) *Store { return &Store{client: client} }

// Load reads the newest valid state. An error means that the storage could not
// be read, or that what it holds is corrupt: neither is a first start.
func (s *Store) Load(ctx context.Context) (Loaded, error) {
	state, prev := storage.GetOperation(KeyState), storage.GetOperation(KeyPrev)
	imported := storage.GetOperation(KeyImport)
	if err := s.client.Batch(ctx, state, prev, imported); err != nil {
		return Loaded{}, fmt.Errorf("checkpoint: load: %w", err)
	}
	if state.Value == nil && prev.Value == nil {
		return loadImport(imported.Value)
	}
	loaded := Loaded{}
	st, err := Decode(state.Value)
	s.last = state.Value
	if errors.Is(err, ErrCorrupt) && prev.Value != nil {
		var prevErr error
		if st, prevErr = Decode(prev.Value); prevErr == nil {
			loaded.Note = fmt.Sprintf("the newest checkpoint was unusable (%v): went on from the one before", err)
			s.last, err = prev.Value, nil
		}
	}
	if err != nil {
		return Loaded{}, fmt.Errorf("checkpoint: load: key %q: %w", KeyState, err)
	}
	loaded.State, s.garbage = st, st.Seen.Garbage
	loaded.Chunks, err = s.loadChunks(ctx, st.Seen.Set.Chunks)
	return loaded, err
}

func (s *Store) loadChunks(ctx context.Context, refs []dedupe.Meta) (map[uint64][]byte, error) {
	chunks := make(map[uint64][]byte, len(refs))
	for _, ref := range refs {
		data, err := s.client.Get(ctx, seenKey(ref.ID))
		if err != nil {
			return nil, fmt.Errorf("checkpoint: load: key %q: %w", seenKey(ref.ID), err)
		}
		if data != nil {
			chunks[ref.ID] = data
		}
	}
	return chunks, nil
}

// Save makes c the newest state, in one batch. nil = durable as far as the
// storage promises it. After an error c may or may not be stored; the same
// commit or a later one may be saved again.
func (s *Store) Save(ctx context.Context, c Commit) error {
	data, err := Encode(&c.State)
	if err != nil {
		return err
	}
	// The order matters on a storage whose batch is not atomic: what a state
	// refers to is there before the state, and what the previous one refers to
	// goes last.
	var ops []*storage.Operation
	for id, chunk := range c.Chunks {
		ops = append(ops, storage.SetOperation(seenKey(id), chunk))
	}
	for uid, raw := range c.Quarantine {
		ops = append(ops, storage.SetOperation(quarantineKey(uid), []byte(raw)))
	}
	if s.last != nil {
		ops = append(ops, storage.SetOperation(KeyPrev, s.last))
	}
	ops = append(ops, storage.SetOperation(KeyState, data))
	for _, id := range s.garbage {
		ops = append(ops, storage.DeleteOperation(seenKey(id)))
	}
	if err := s.client.Batch(ctx, ops...); err != nil {
		return fmt.Errorf("checkpoint: save: %w", err)
	}
	s.last, s.garbage = data, c.State.Seen.Garbage
	return nil
}

// quarantineKey is where a refused record lies. A vendor's text is no part of a
// storage key.
func quarantineKey(uid string) string {
	sum := sha256.Sum256([]byte(uid))
	return prefixDiscard + hex.EncodeToString(sum[:8])
}

func seenKey(id uint64) string { return prefixSeen + strconv.FormatUint(id, 10) }

// loadImport adopts the position of the original product's registry.
func loadImport(data []byte) (Loaded, error) {
	if data == nil {
		return Loaded{}, nil
	}
	var entry struct {
		LastTimestamp time.Time `json:"last_timestamp"`
		Cursor        string    `json:"cursor"`
	}
	if err := json.Unmarshal(data, &entry); err != nil {
		return Loaded{}, fmt.Errorf("checkpoint: load: key %q: %w: %w", KeyImport, ErrCorrupt, err)
	}
	// Its cursor is not taken: it has no meaning apart from the request that it
	// was obtained with. The time is, and the overlap covers the rest.
	st := &State{LastTimestamp: entry.LastTimestamp, Low: entry.LastTimestamp, CursorLost: true}
	return Loaded{State: st, Note: "went on from an imported registry entry"}, nil
}
