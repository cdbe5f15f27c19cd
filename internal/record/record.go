// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package record turns the raw records of a page into records with an identity,
// a time and the fields that become OTLP. It is pure, and drops nothing.
package record

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/timefmt"
)

type Flag uint8

const (
	TimeMissing Flag = 1 << iota
	TimeInvalid
	TimeFuture
	HashUID
	InvalidUTF8
)

type Record struct {
	Raw, UID                     string
	Time                         time.Time
	EventName, Message, Severity string
	Values                       []page.Value
	Flags                        Flag
}
type Attribute struct {
	Name  string
	Paths []string
}
type Settings struct {
	ID, Time, EventName, Message, Severity []string
	Attributes                             []Attribute
	TimeFormat                             string
	Zone                                   *time.Location
	IDAndHash                              bool
	MaxFuture                              time.Duration
}

func (s Settings) Fields() [][]string {
	f := [][]string{s.ID, s.Time, s.EventName, s.Message, s.Severity}
	for _, a := range s.Attributes {
		f = append(f, a.Paths)
	}
	return f
}

type Builder struct{ s Settings }

func NewBuilder(s Settings) (*Builder, error) { return &Builder{s}, nil }
func (b *Builder) Build(p page.Page, now time.Time) []Record {
	out := make([]Record, len(p.Records))
	for i, r := range p.Records {
		t, _ := timefmt.ParseAny(r.Fields[1].Text(), nil)
		h := sha256.Sum256([]byte(r.Raw))
		uid := r.Fields[0].Text()
		if uid == "" {
			uid = hex.EncodeToString(h[:16])
		}
		out[i] = Record{Raw: r.Raw, UID: uid, Time: t, EventName: r.Fields[2].Text(), Message: r.Fields[3].Text(), Values: r.Fields[5:]}
	}
	return out
}
