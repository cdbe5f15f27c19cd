// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Kind names a fault.
type Kind string

// The faults. Delay of a [Fault] means what is said in brackets.
const (
	FaultRateLimit      Kind = "rate_limit"      // too many requests, with the vendor's reset header [until the reset; 5 s]
	FaultServerError    Kind = "server_error"    // 500, 502, 503 or 504
	FaultTruncateLength Kind = "truncate_length" // the body ends before its Content-Length
	FaultTruncateJSON   Kind = "truncate_json"   // the body ends in mid JSON, the Content-Length is right
	FaultSlow           Kind = "slow"            // the body comes in drops [until its end; 10 s]
	FaultLatency        Kind = "latency"         // the answer comes late, healthy [1 s]
	FaultHTML           Kind = "html"            // a login page, status 200
	FaultUnauthorized   Kind = "unauthorized"    // the vendor's answer to wrong credentials
	FaultReset          Kind = "reset"           // the connection is reset
	FaultExpiredCursor  Kind = "expired_cursor"  // the cursor is refused; only requests with a cursor meet it
	FaultEmptyBody      Kind = "empty_body"      // 200 without a body
	FaultEmptyPage      Kind = "empty_page"      // no events, but the way on is given (not: offset, page)
	FaultShortPage      Kind = "short_page"      // fewer events than asked for, and more to follow (not: offset, page)
	FaultErrorPayload   Kind = "error_payload"   // 200 with an error in the body

	// The following change the log from now on, by their Prob; 0 ends them. They don't use up requests.
	FaultLate       Kind = "late"       // events become visible late [by up to this; 1 min]
	FaultDuplicates Kind = "duplicates" // events are served twice
)

// kinds lists all faults that meet requests, in the order in which they are tried.
var kinds = []Kind{
	FaultReset, FaultRateLimit, FaultServerError, FaultUnauthorized, FaultHTML, FaultErrorPayload, FaultEmptyBody,
	FaultExpiredCursor, FaultEmptyPage, FaultShortPage, FaultTruncateLength, FaultTruncateJSON, FaultSlow, FaultLatency,
}

// Kinds lists all faults.
func Kinds() []Kind { return append(slices.Clone(kinds), FaultLate, FaultDuplicates) }

// Fault is one trouble of one vendor. A request meets at most one fault.
type Fault struct {
	Kind  Kind
	Prob  float64       // chance of each request (or event), by the seed
	Skip  int           // let this many requests pass first,
	Next  int           // then the next n requests meet it for certain
	Delay time.Duration // see the kinds; 0 = the default
}

// ErrFault says that a fault can't be set.
var ErrFault = errors.New("invalid fault")

func (f Fault) check() error {
	if !slices.Contains(Kinds(), f.Kind) {
		return fmt.Errorf("%w: unknown kind %q", ErrFault, f.Kind)
	}
	if !(f.Prob >= 0 && f.Prob <= 1) || f.Skip < 0 || f.Next < 0 || f.Delay < 0 {
		return fmt.Errorf("%w: %s: numbers must not be negative, prob at most 1", ErrFault, f.Kind)
	}
	return nil
}

func (f Fault) delay() time.Duration {
	if f.Delay > 0 {
		return f.Delay
	}
	switch f.Kind {
	case FaultSlow:
		return 10 * time.Second
	case FaultLatency:
		return time.Second
	case FaultLate:
		return time.Minute
	default:
		return 5 * time.Second
	}
}

// faultPlan holds the faults of one vendor that are set.
type faultPlan struct{ active []Fault }

// set adds or replaces the fault of its kind; one that can never happen is removed.
func (p *faultPlan) set(f Fault) {
	p.active = slices.DeleteFunc(p.active, func(a Fault) bool { return a.Kind == f.Kind })
	if f.Prob > 0 || f.Next > 0 {
		p.active = append(p.active, f)
	}
	slices.SortFunc(p.active, func(a, b Fault) int { return slices.Index(kinds, a.Kind) - slices.Index(kinds, b.Kind) })
}

// draw decides which fault request seq meets, if any.
func (p *faultPlan) draw(key uint64, seq int, hasCursor bool) Fault {
	for k := range p.active {
		f := &p.active[k]
		if f.Kind == FaultExpiredCursor && !hasCursor {
			continue
		}
		if f.Next > 0 && f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Next > 0 {
			f.Next--
			return *f
		}
		if chance(mix(key, uint64(seq), hashText(string(f.Kind)), saltFault), f.Prob) {
			return *f
		}
	}
	return Fault{}
}
