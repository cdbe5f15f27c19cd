// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3sim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Effect is what a fault does to a request.
type Effect uint8

// The effects. "Applied" means that the store changed.
const (
	// ResetBefore cuts the connection; the request is not applied.
	ResetBefore Effect = iota + 1
	// ResetAfter applies the request and cuts the connection: the answer is lost.
	ResetAfter
	// ErrorAfter applies the request and answers 500 InternalError.
	ErrorAfter
	// SlowDown answers 503 SlowDown; not applied.
	SlowDown
	// Conflict answers 409 ConditionalRequestConflict; not applied.
	Conflict
	// Deny answers 403 AccessDenied; not applied.
	Deny
	// Torn stores half of a PUT without looking at its conditions, or sends half
	// of a GET, and cuts the connection.
	Torn
	// Stale answers a GET from the version before the newest.
	Stale
	// Hang gives no answer until the client gives up; not applied.
	Hang
	// HangAfter applies the request and gives no answer until the client gives up.
	HangAfter
	// Late cuts the connection at once; the request is applied after Delay.
	Late
	// Answer gives Status and Body; not applied.
	Answer
	// Slow applies the request and answers as usual, after Delay.
	Slow
)

// Fault makes requests fail. The zero Method and Suffix match every request.
type Fault struct {
	Effect Effect
	Method string // GET, PUT ...
	Suffix string // the end of the key
	After  int    // matching requests that pass first
	Count  int    // requests that fail; 0 = one, negative = all
	Delay  time.Duration
	Status int    // of Answer
	Body   string // of Answer
}

// Inject adds a fault. Faults are looked at in the order of injection; the
// first that matches acts.
func (s *Server) Inject(f Fault) {
	if f.Count == 0 {
		f.Count = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Heal removes all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault finds the fault that acts on c and uses it up by one.
func (s *Server) takeFault(c call) *Fault {
	for i, f := range s.faults {
		if f.Method != "" && f.Method != c.Method || !strings.HasSuffix(c.Key, f.Suffix) {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		taken := *f
		if f.Count--; f.Count == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return &taken
	}
	return nil
}

// fail plays a request under a fault.
func (s *Server) fail(c call, f Fault) answer {
	if f.Delay > 0 && f.Effect != Late {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-c.done:
			return answer{reset: true}
		}
	}
	switch f.Effect {
	case Slow:
		return s.apply(c, false)
	case ResetAfter:
		s.apply(c, false)
	case ErrorAfter:
		s.apply(c, false)
		return refusal(http.StatusInternalServerError, "InternalError")
	case SlowDown:
		return refusal(http.StatusServiceUnavailable, "SlowDown")
	case Conflict:
		return refusal(http.StatusConflict, "ConditionalRequestConflict")
	case Deny:
		return refusal(http.StatusForbidden, "AccessDenied")
	case Torn:
		return s.tear(c)
	case Stale:
		return s.apply(c, true)
	case Hang:
		<-c.done
	case HangAfter:
		s.apply(c, false)
		<-c.done
	case Late:
		time.AfterFunc(f.Delay, func() { s.apply(c, false) })
	case Answer:
		return answer{status: f.Status, body: []byte(f.Body)}
	}
	return answer{reset: true}
}

func (s *Server) tear(c call) answer {
	if c.Method == http.MethodPut {
		s.SetObject(c.Bucket, c.Key, c.body[:len(c.body)/2])
		return answer{reset: true}
	}
	a := s.apply(c, false)
	a.body, a.reset = a.body[:len(a.body)/2], true
	return a
}
