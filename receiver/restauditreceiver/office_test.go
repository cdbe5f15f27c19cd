// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// term is an office whose source only writes down what is done to it.
type term struct {
	*office
	mu  sync.Mutex
	log []string
	// failing is how many starts fail. leaving is how long a stop in order takes.
	failing int
	leaving time.Duration
	// leftover is what goes wrong at the end of a term.
	leftover error
	dismiss  context.CancelFunc
}

// newTerm must be called in a bubble of synctest.
func newTerm() *term {
	s := &term{}
	s.office = newOffice(
		func(context.Context) error {
			s.note("enter")
			if s.failing > 0 {
				s.failing--
				return errors.New("no bucket")
			}
			return nil
		},
		func(ctx context.Context) error {
			s.note("leave")
			select {
			case <-time.After(s.leaving):
				s.note("left in order")
			case <-ctx.Done():
				s.note("left at once")
			}
			return s.leftover
		},
		func(role string, err error) {
			if err != nil {
				role += ": " + err.Error()
			}
			s.note(role)
		})
	var hard context.Context
	hard, s.dismiss = context.WithCancel(context.Background())
	go s.run(hard)
	synctest.Wait()
	return s
}

func (s *term) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, what)
}

func (s *term) noted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

func (s *term) elected(yes bool) {
	s.elect(yes)
	synctest.Wait()
}

func (s *term) closed(ctx context.Context) []string {
	_ = s.close(ctx, s.dismiss) // what is wrong has a test of its own
	return s.noted()
}

func TestWhatGoesWrongAtTheEndOfATermIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTerm()
		s.leftover = errors.New("not closed")
		s.elected(true)
		s.elected(false)
		assert.Equal(t, []string{"standby", "leader", "enter", "leave", "left in order", "standby: not closed"}, s.noted())
		s.leftover = errors.New("not closed either")
		s.elected(true)
		assert.EqualError(t, s.close(t.Context(), s.dismiss), "not closed either")
	})
}

func TestAnElectionStartsAndEndsATerm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTerm()
		assert.Equal(t, []string{"standby"}, s.noted())
		s.elected(true)
		s.elected(true)
		assert.Equal(t, []string{"standby", "leader", "enter"}, s.noted(), "elected twice is elected once")
		s.elected(false)
		s.elected(true)
		assert.Equal(t, []string{
			"standby", "leader", "enter", "leave", "left in order", "standby", "leader", "enter", "leave", "left in order",
		}, s.closed(t.Context()))
		s.elected(true)
		assert.Len(t, s.noted(), 10, "an election after the end has no effect")
	})
}

func TestAStandbyEndsWithoutATerm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		assert.Equal(t, []string{"standby"}, newTerm().closed(t.Context()))
	})
}

func TestNoTermBeginsBeforeTheOneBeforeHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTerm()
		s.leaving = 20 * time.Second
		s.elected(true)
		s.elected(false)
		s.elected(true)
		assert.Equal(t, []string{"standby", "leader", "enter", "leave"}, s.noted())
		time.Sleep(21 * time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"standby", "leader", "enter", "leave", "left in order", "leader", "enter"}, s.noted())
		s.closed(t.Context())
	})
}

func TestTheEndOfAShutdownEndsAStopThatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTerm()
		s.leaving = time.Hour
		s.elected(true)
		s.elected(false)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		assert.Contains(t, s.closed(ctx), "left at once")
		assert.Equal(t, 5*time.Second, time.Since(start))
	})
}

func TestALeaderThatCanNotStartTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTerm()
		s.failing = 1
		s.elected(true)
		assert.Equal(t, []string{"standby", "leader", "enter", "leader: no bucket"}, s.noted())
		time.Sleep(enterAgain - time.Second)
		synctest.Wait()
		assert.Len(t, s.noted(), 4, "not at once")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"standby", "leader", "enter", "leader: no bucket", "enter", "leader"}, s.noted())
		s.closed(t.Context())
	})
}

func TestALeaderThatCouldNotStartStepsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTerm()
		s.failing = 10
		s.elected(true)
		s.elected(false)
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, []string{"standby", "leader", "enter", "leader: no bucket", "standby"}, s.noted())
		s.closed(t.Context())
	})
}
