// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
	"weak"
)

// usersPerSlot is how many sources share the right to one large body. Three,
// which are the least that this matters for, share one.
const usersPerSlot = 4

// holdFor is how long a large body that was read keeps its place until whoever
// uses it says that it is done. A pipeline that takes nothing for hours must not
// keep the other sources from their large pages.
const holdFor = 15 * time.Second

// LargeBodies lets few bodies at a time grow beyond 2 MiB, so that the memory of
// a process doesn't grow with each vendor that sends endless ones: one for every
// four sources. A body keeps its place until its page is delivered, or for a
// while. While nobody waits, a source may read its next large body meanwhile:
// reading and delivering overlap. The clients of a process share it. Whoever has
// to wait does so in order, within the time that the exchange may take.
type LargeBodies struct {
	spare spare

	mu      sync.Mutex
	users   int
	busy    int
	waiting []chan struct{} // closed in order
}

// Join counts a source in, until the function returned is called.
func (l *LargeBodies) Join() (leave func()) {
	l.change(func() { l.users++ })
	return func() { l.change(func() { l.users-- }) }
}

// change changes the counts and lets in whom they admit.
func (l *LargeBodies) change(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
	for len(l.waiting) > 0 && l.busy < 1+l.users/usersPerSlot {
		l.busy++
		close(l.waiting[0])
		l.waiting = l.waiting[1:]
	}
}

// enter waits for a place; ahead says that the one who asks has one already.
func (l *LargeBodies) enter(ctx context.Context, ahead bool) error {
	in := make(chan struct{})
	l.change(func() {
		if ahead && len(l.waiting) == 0 {
			l.busy++
			close(in)
			return
		}
		l.waiting = append(l.waiting, in)
	})
	select {
	case <-in:
		return nil
	case <-ctx.Done():
	}
	l.change(func() {
		if i := slices.Index(l.waiting, in); i >= 0 {
			l.waiting = slices.Delete(l.waiting, i, i+1)
			return
		}
		l.busy-- // it was let in meanwhile
	})
	return context.Cause(ctx)
}

func (l *LargeBodies) leave() { l.change(func() { l.busy-- }) }

// hold returns what ends the stay of a client's body that was read.
func (l *LargeBodies) hold(own *tenant) (release func()) {
	own.held.Add(1)
	leave := sync.OnceFunc(func() {
		own.held.Add(-1)
		l.leave()
	})
	timer := time.AfterFunc(holdFor, leave)
	return func() {
		timer.Stop()
		leave()
	}
}

// spare is the buffer of a body that came to nothing: the next one is often as
// bad. The garbage collector takes it if nobody asks before.
type spare struct {
	mu  sync.Mutex
	buf weak.Pointer[[]byte]
}

// take returns an empty buffer with room for size bytes.
func (s *spare) take(size int64) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if buf := s.buf.Value(); buf != nil && int64(cap(*buf)) >= size {
		s.buf = weak.Pointer[[]byte]{}
		return (*buf)[:0]
	}
	return make([]byte, 0, size)
}

func (s *spare) put(buf []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buf = weak.Make(&buf)
}

// tenant is what a client has of its own: a buffer of middle size, and how many
// of its large bodies were read and are still in use.
type tenant struct {
	spare spare
	held  atomic.Int32
}

// room is the buffer of one body while it is read.
type room struct {
	shared *LargeBodies
	own    *tenant
	// wait brackets a wait for the others, in which no byte is expected.
	wait func(enter func() error) error
	// plausible says whether a body that starts so is worth waiting for. It keeps
	// nothing of the text.
	plausible func(start string) error

	buf   []byte
	limit int64
	large bool // the body has the slot
	// release gives the slot of a body back that was read to its end; nil if it has none.
	release func()
}

// grow makes room for more bytes. Up to FreeBody it grows in steps that leave
// little behind; then it takes all that the body is expected to have at once.
func (m *room) grow(ctx context.Context, hint int64) error {
	have := int64(cap(m.buf))
	size := max(have*4, 512)
	switch {
	case have == 0:
		size = min(hint, FreeBody)
	case have < FreeBody:
		size = min(size, FreeBody)
	case hint > have:
		size = hint
	default:
		size = m.limit + 1
	}
	size = min(size, m.limit+1)
	if size <= FreeBody {
		m.move(m.own.spare.take(size))
		return nil
	}
	if !m.large {
		if err := m.plausible(unsafe.String(unsafe.SliceData(m.buf), len(m.buf))); err != nil { //nolint:gosec // not kept
			return fmt.Errorf("%w: %w", errImplausible, err)
		}
		if err := m.wait(func() error { return m.shared.enter(ctx, m.own.held.Load() > 0) }); err != nil {
			return err
		}
		m.large = true
	}
	m.move(m.shared.spare.take(size))
	return nil
}

// move goes on in a bigger buffer.
func (m *room) move(bigger []byte) {
	smaller := m.buf
	m.buf = append(bigger, smaller...)
	if cap(smaller) == FreeBody {
		m.own.spare.put(smaller)
	}
}

// leave ends the use of the room. A buffer that is not part of a result is kept
// for the next body, if it is worth it. The slot stays with a body that was read.
func (m *room) leave(read, kept bool) {
	switch {
	case kept:
	case m.large:
		m.shared.spare.put(m.buf)
	case cap(m.buf) == FreeBody:
		m.own.spare.put(m.buf)
	}
	switch {
	case m.large && read:
		m.release = m.shared.hold(m.own)
	case m.large:
		m.shared.leave()
	}
}
