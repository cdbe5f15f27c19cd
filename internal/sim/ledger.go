// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"net/http"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/internal/source"
)

// fate is what became of an event.
type fate struct {
	// shown and shownChanged: its bytes, before and after the edit, were in an
	// answer that arrived whole.
	shown, shownChanged bool
	accepted            int
	changed             int // of accepted, with the bytes after the edit
	quarantined         bool
}

// ledger is what the world saw happen. The oracle judges by it alone.
type ledger struct {
	fates    []fate
	byRaw    map[string]int // seq by bytes
	uids     map[string]int // how often each was accepted
	accepted int
	repeats  int
	// crashes counts the ends of incarnations that may repeat pages.
	crashes int
	// begin is where the first state that was stored says that nothing earlier
	// is owed.
	begin    time.Time
	hasBegin bool
	walking  bool // the stored state has a walk in it
	states   int  // stored states
	largest  int  // records of the largest page
	// lostPlaces counts the events that made positions meaningless.
	lostPlaces int
	// recovered is when a poll had caught up after the last of them; 0 = not yet.
	recovered time.Duration
	requests  []requestNote
	gaps      []source.Gap
	found     []foundGap
	balance   source.Delivery
	polls     int
	// pollsInRough and caughtUp are about O4; caughtUps are the times at which
	// walks that caught up saw the newest there was.
	pollsInRough int
	caughtUp     time.Duration
	caughtUps    []catchUp
	pollEnded    time.Duration
}

type requestNote struct {
	at time.Duration
}

// catchUp is a poll that caught up: the time at which it saw the newest there
// was, and the time of its end.
type catchUp struct{ top, end time.Duration }

// foundGap is a gap at the time when the source noticed it.
type foundGap struct {
	gap source.Gap
	at  time.Duration
}

func newLedger(log []*event) ledger {
	l := ledger{byRaw: map[string]int{}, uids: map[string]int{}}
	for _, e := range log {
		l.add(e)
	}
	return l
}

func (l *ledger) add(e *event) {
	l.fates = append(l.fates, fate{})
	l.byRaw[e.raw] = e.seq
	if e.changed != "" {
		l.byRaw[e.changed] = e.seq
	}
}

// cover counts a fault of the catalogue.
func (w *World) cover(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hits[id]++
}

// eventOf is the event with these bytes, nil if there is none.
func (w *World) eventOf(raw string) *event {
	w.mu.Lock()
	defer w.mu.Unlock()
	if seq, ok := w.ledger.byRaw[raw]; ok {
		return w.s.Log[seq]
	}
	return nil
}

// hopeless is how many requests end a world that would go on for ever. Splitting
// a capped window takes many.
func (s *Scenario) hopeless() int {
	if s.Vendor.cap > 0 {
		return 30_000
	}
	return 6000
}

// noteRequest is called when a request reaches the vendor (O8).
func (w *World) noteRequest(inc *incarnation, kind disturbance) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	if now < inc.waitUntil {
		w.violated("O8: a request %v before the end of the vendor's Retry-After", inc.waitUntil-now)
	}
	w.ledger.requests = append(w.ledger.requests, requestNote{now})
	if n := len(w.ledger.requests); n > w.s.hopeless() && !w.hopeless {
		w.hopeless = true
		w.violated("O8: %d requests, and no end", n)
		inc.kill()
	}
	w.traced("request #%d at %d kind=%d", inc.no, len(w.ledger.requests), kind)
}

// noteWait is called when the vendor asks to wait.
func (w *World) noteWait(inc *incarnation, wait time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	inc.waitUntil = max(inc.waitUntil, w.now()+wait)
}

// noteShown is called for an answer that arrives whole.
func (w *World) noteShown(req *http.Request, shown []shownEvent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ledger.largest = max(w.ledger.largest, len(shown))
	for _, s := range shown {
		f := &w.ledger.fates[s.event.seq]
		if s.text == s.event.raw {
			f.shown = true
		} else {
			f.shownChanged = true
		}
	}
	if w.s.Traced {
		w.traced("answer %s: %s", req.URL.RawQuery, names(shown))
	}
}

func names(shown []shownEvent) string {
	text := ""
	for _, s := range shown {
		text += s.event.name() + " "
	}
	return text
}

// accept is called when the pipeline takes records over.
func (w *World) accept(inc *incarnation, records, poison []record.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	bad := map[string]bool{}
	for i := range poison {
		bad[poison[i].Raw] = true
		if seq, ok := w.ledger.byRaw[poison[i].Raw]; ok {
			w.ledger.fates[seq].quarantined = true
		}
	}
	text := ""
	for i := range records {
		if !bad[records[i].Raw] {
			text += w.acceptOne(&records[i])
		}
	}
	w.traced("accepted #%d %s", inc.no, text)
}

// acceptOne checks a record against what the vendor showed (O2, O3, O5).
func (w *World) acceptOne(r *record.Record) string {
	seq, ok := w.ledger.byRaw[r.Raw]
	if !ok {
		w.violated("O3: delivered bytes that the vendor never had: %q", r.Raw)
		return "?"
	}
	e, f := w.s.Log[seq], &w.ledger.fates[seq]
	switch {
	case r.Raw == e.raw && !f.shown, r.Raw != e.raw && !f.shownChanged:
		w.violated("O2: delivered %s, which no whole answer has shown", e.name())
	case e.noise:
		w.violated("O6: delivered %s, which the filter drops", e.name())
	case !w.s.Engine.idAndHash && e.id != "" && r.UID != e.id:
		w.violated("O3: %s has the uid %q", e.name(), r.UID)
	case w.beforeStart(e):
		w.violated("F57: delivered %s of %v, from before the start", e.name(), e.at)
	case !e.timeless && !e.badTime && !e.distant && !r.Time.Equal(w.epoch.Add(e.at)):
		w.violated("O3: %s has the time %v, not %v", e.name(), r.Time, w.epoch.Add(e.at))
	}
	f.accepted++
	w.ledger.accepted++
	if r.Raw != e.raw {
		f.changed++
	}
	if w.ledger.uids[r.UID]++; w.ledger.uids[r.UID] > 1 && !(w.ledger.lostPlaces > 0 && e.undated()) {
		w.ledger.repeats++
		return e.name() + "(again) "
	}
	return e.name() + " "
}

// acceptGap is called when the pipeline takes a gap record over.
func (w *World) acceptGap(g source.Gap) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ledger.gaps = append(w.ledger.gaps, g)
	w.traced("gap %s %v..%v %s", g.Reason, g.From.Sub(w.epoch), g.To.Sub(w.epoch), g.UID)
}

// noteState is called under the lock when a state is stored.
func (w *World) noteState(data []byte) {
	w.ledger.states++
	w.ledger.walking = hasWalk(data)
	if w.ledger.hasBegin {
		return
	}
	if st, err := checkpoint.Decode(data); err == nil {
		w.ledger.begin, w.ledger.hasBegin = st.Begin, true
	}
}

// noteKill counts what a kill at this boundary tries.
func (w *World) noteKill(inc *incarnation, b boundary) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if inc.no >= w.owner {
		w.ledger.crashes++
	}
	w.hits["F43"]++
	if w.ledger.accepted == 0 {
		w.hits["F57"]++
	}
	if w.ledger.walking {
		w.hits["F10"]++
	}
	switch b {
	case deliverAfter, saveBefore, saveConcludes, saveTorn, putBefore:
		w.hits["F36"]++
	default:
	}
	if cp := b.crashPoint(); cp != "" {
		w.hits[cp]++
	}
}

// noteHardStop is called when the pipeline does not finish within the grace.
func (w *World) noteHardStop(inc *incarnation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if inc.no >= w.owner {
		w.ledger.crashes++
	}
}
