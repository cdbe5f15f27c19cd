// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"math"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// What a record weighs in memory beside its text: itself, and each value that is
// picked from it.
const (
	recordWeight = 160
	valueWeight  = 24
)

// share is how much the answers for an item may bring. Several are read at once,
// and all of them together must not cost more than one page does. What is more
// than its share is asked for again when everything before it is done.
type share struct {
	bytes, records int
	whole          bool // as much as the limits allow
}

// page is the share of an item that is the first of a page.
func (s ExpandSettings) page(maxRecords int) share {
	if maxRecords <= 0 {
		maxRecords = math.MaxInt
	}
	return share{bytes: 2 * s.MaxBytes, records: maxRecords, whole: true}
}

// ahead is the share of an item before which others are not done yet, if so many
// are asked for at once. Its body never needs a place among the large ones: the
// page in front of it may have it.
func (f *Fetcher) ahead(width int) share {
	bytes := f.settings.Expand.MaxBytes / max(1, width)
	return share{bytes: min(bytes, send.FreeBody), records: bytes / f.weight}
}

// after is what is left when r has come. A page has one place among the large
// bodies: whoever has it and waits for another would wait for itself.
func (s share) after(r *Result) share {
	left := share{bytes: s.bytes - r.read, records: s.records - r.Fetched}
	if r.release != nil {
		left.bytes = min(left.bytes, send.FreeBody)
	}
	return left
}

// spent tells whether nothing is left.
func (s share) spent() bool { return !s.whole && (s.bytes <= 0 || s.records <= 0) }

// fits tells whether r is not more.
func (s share) fits(r *Result) bool {
	return s.whole || r.read <= s.bytes && r.Fetched <= s.records
}

// exceeded tells whether err says no more than that an answer is above the share.
func (s share) exceeded(err error) bool {
	var failure *send.Error
	return !s.whole && errors.As(err, &failure) && failure.TooLarge
}

// context bounds the body, decoder the records.
func (s share) context(ctx context.Context) context.Context {
	if s.whole {
		return ctx
	}
	return send.WithMaxBody(ctx, s.bytes)
}

func (s share) decoder(d *page.Decoder) *page.Decoder {
	if s.whole {
		return d
	}
	return d.Limited(s.records, s.bytes)
}

// narrow halves how many further requests run at once, when one of them was over
// its share: it had to be sent again.
func (f *Fetcher) narrow(over bool) {
	if over {
		f.width = max(1, f.width/2)
	}
}

// widen doubles it, as long as the largest of a round would be within its share
// even then.
func (f *Fetcher) widen(most share) {
	twice := f.ahead(2 * f.width)
	if most.bytes <= twice.bytes && most.records <= twice.records {
		f.width = min(2*f.width, max(1, f.settings.Expand.Parallel))
	}
}
