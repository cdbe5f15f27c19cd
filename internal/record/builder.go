// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/timefmt"
)

// Builder builds the records of one source. It is immutable and safe for
// concurrent use.
type Builder struct {
	settings Settings
	// format is nil when any usual way of writing a time is read.
	format *timefmt.Format
	// width is how many fields of a raw record are ours.
	width int
}

// NewBuilder checks the settings. Its errors name the configuration keys.
func NewBuilder(s Settings) (*Builder, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.MaxFuture == 0 {
		s.MaxFuture = DefaultMaxFuture
	}
	b := &Builder{settings: s, width: fieldAttributes + len(s.Attributes)}
	if s.TimeFormat == "" {
		return b, nil
	}
	format, err := timefmt.New(s.TimeFormat, s.Zone)
	if err != nil {
		return nil, fmt.Errorf("`response::timestamp_format`: %w", err)
	}
	b.format = &format
	return b, nil
}

// Build builds one record for each raw record of a page that was decoded with
// the settings' Fields, in its order. now is the vendor's clock; it only judges
// times from the future, and zero judges none. The slice is the only allocation,
// unless ids are hashed or texts have escapes or invalid bytes.
func (b *Builder) Build(p page.Page, now time.Time) []Record {
	records := make([]Record, len(p.Records))
	latest := time.Time{}
	if !now.IsZero() {
		latest = now.Add(b.settings.MaxFuture)
	}
	h := hasher{}
	for i := range p.Records {
		r := &records[i]
		fields := b.own(p.Records[i].Fields)
		r.Raw = p.Records[i].Raw
		r.EventName = fields[fieldEventName].Text()
		r.Message = fields[fieldMessage].Text()
		r.Severity = fields[fieldSeverity].Text()
		r.Values = fields[fieldAttributes:]
		b.date(r, fields[fieldTime], latest)
		valid := p.ValidUTF8 || utf8.ValidString(r.Raw)
		b.identify(r, fields[fieldID], valid, &h)
		if !valid {
			r.Flags |= InvalidUTF8
			r.clean()
		}
	}
	return records
}

// own are the fields that the settings asked for. Those that the page doesn't
// have are missing values.
func (b *Builder) own(fields []page.Value) []page.Value {
	if len(fields) < b.width {
		fields = append(make([]page.Value, 0, b.width), fields...)
	}
	return fields[:b.width:b.width]
}

// date gives the record its time. latest is the latest that is believed.
func (b *Builder) date(r *Record, v page.Value, latest time.Time) {
	text := v.Text()
	if text == "" {
		r.Flags |= TimeMissing
		return
	}
	var t time.Time
	var err error
	switch {
	case v.Kind != page.String && v.Kind != page.Number:
		r.Flags |= TimeInvalid
		return
	case b.format != nil:
		t, err = b.format.Parse(text)
	default:
		t, err = timefmt.ParseAny(text, b.settings.Zone)
	}
	if err != nil || t.IsZero() { // some vendors write the first of January of the year 1 for "none"
		r.Flags |= TimeInvalid
		return
	}
	r.Time = t.UTC()
	if !latest.IsZero() && t.After(latest) {
		r.Flags |= TimeFuture
	}
}

// clean replaces each run of invalid bytes by U+FFFD: a strict receiver refuses
// a whole batch for one bad byte (F26).
func (r *Record) clean() {
	r.EventName, r.Message, r.Severity = cleaned(r.EventName), cleaned(r.Message), cleaned(r.Severity)
	values := make([]page.Value, len(r.Values)) // the page's own must stay as they are
	for i, v := range r.Values {
		values[i] = page.Value{Kind: v.Kind, Raw: cleaned(v.Raw)}
	}
	r.Values = values
}

func cleaned(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
