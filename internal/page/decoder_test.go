// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// decode decodes with settings that must be right.
func decode(t *testing.T, s Settings, body string) (Page, error) {
	t.Helper()
	d, err := NewDecoder(s)
	require.NoError(t, err)
	return d.Decode(body)
}

// raws returns the text of the records.
func raws(p Page) []string {
	out := []string{}
	for _, r := range p.Records {
		out = append(out, r.Raw)
	}
	return out
}

func TestDecodePicksRecordsFieldsAndEnvelope(t *testing.T) {
	p, err := decode(t, Settings{
		Records:  []string{"data.events"},
		Fields:   [][]string{{"id"}, {"actor.email", "actor.name"}},
		Envelope: [][]string{{"next"}, {"none"}, {"data.events.1"}},
	}, `{"next":"c\u0031","data":{"events":[{"id":12345678901234567890,"actor":{"email":null,"name":"x"}}, 7]}}`)
	require.NoError(t, err)
	require.Len(t, p.Records, 2)
	assert.Equal(t, Value{Number, "12345678901234567890"}, p.Records[0].Fields[0])
	assert.Equal(t, Value{String, `"x"`}, p.Records[0].Fields[1])
	assert.Equal(t, Record{Raw: "7", Fields: []Value{{}, {}}}, p.Records[1])
	assert.Equal(t, "c1", p.Envelope[0].Text())
	assert.False(t, p.Envelope[1].Exists())
	assert.Equal(t, Value{Number, "7"}, p.Envelope[2], "a path into the records")
	assert.True(t, p.ValidUTF8)
}

// The outcomes that failure mode F24 asks to be defined, and their neighbours.
func TestOutcomes(t *testing.T) {
	root := Settings{}
	events := Settings{Records: []string{"events"}}
	optional := Settings{Records: []string{"events"}, RecordsOptional: true}
	either := Settings{Records: []string{"events", "data.items"}}
	lines := Settings{Format: NDJSON}
	tests := []struct {
		name string
		s    Settings
		body string
		want []string
		err  error
	}{
		{"an empty body is an error", root, "", nil, ErrEmptyBody},
		{"white space is an empty body", root, " \r\n", nil, ErrEmptyBody},
		{"a byte order mark alone is an empty body", root, bom, nil, ErrEmptyBody},
		{"null is an empty page", root, "null", []string{}, nil},
		{"an empty array is an empty page", root, " [ ] ", []string{}, nil},
		{"an object at the root is no array", root, "{}", nil, ErrNotArray},
		{"a string at the root is no array", root, `"x"`, nil, ErrNotArray},
		{"a byte order mark is dropped", root, bom + "[1]", []string{"1"}, nil},
		{"the root may be written @this", Settings{Records: []string{"@this"}}, "[1]", []string{"1"}, nil},
		{"the root may be written as nothing", Settings{Records: []string{""}}, "[1]", []string{"1"}, nil},
		{"elements that are no objects are records", root, `[1,"x",null,[2]]`, []string{"1", `"x"`, "null", "[2]"}, nil},
		{"white space around records is no part of them", root, "[ {\"a\" : 1} ,\n2\t]", []string{`{"a" : 1}`, "2"}, nil},
		{"a missing path is an error", events, `{"error":"x"}`, nil, ErrNoRecords},
		{"a missing path may be an empty page", optional, `{"has_more":false}`, []string{}, nil},
		{"a path into an array is missing", events, `[{"events":[]}]`, nil, ErrNoRecords},
		{"null at the path is an empty page", events, `{"events":null}`, []string{}, nil},
		{"an object at the path is no array", optional, `{"events":{}}`, nil, ErrNotArray},
		{"false at the path is no array", optional, `{"events":false}`, nil, ErrNotArray},
		{"of equal keys none may be lost", events, `{"events":[1],"events":[2]}`, nil, ErrAmbiguous},
		{"of equal keys none may be lost, written differently", events, `{"events":null,"x":1,"\u0065vents":[2]}`, nil, ErrAmbiguous},
		{"of equal keys none may be lost, further up", Settings{Records: []string{"a.events"}}, `{"a":{"events":[]},"a":{"events":[2]}}`, nil, ErrAmbiguous},
		{"of equal keys none may be lost, whatever the candidate", Settings{Records: []string{"x", "events"}}, `{"events":[1],"events":[2]}`, nil, ErrAmbiguous},
		{"a key may be written with escapes", events, `{"ev\u0065nts":[1]}`, []string{"1"}, nil},
		{"the first candidate wins", either, `{"data":{"items":[2]},"events":[1]}`, []string{"1"}, nil},
		{"the second candidate serves if the first is missing", either, `{"data":{"items":[2]}}`, []string{"2"}, nil},
		{"the second candidate serves if the first is null", either, `{"events":null,"data":{"items":[2]}}`, []string{"2"}, nil},
		{"the second candidate may be null", either, `{"data":{"items":null}}`, []string{}, nil},
		{"the second candidate may be no array", either, `{"data":{"items":{}}}`, nil, ErrNotArray},
		{"a candidate that is no array hides the second", either, `{"events":{},"data":{"items":[2]}}`, nil, ErrNotArray},
		{"a path may be for gjson", Settings{Records: []string{"groups.#.id"}}, `{"groups":[{"id":1},{"id":[2]}]}`, []string{"1", "[2]"}, nil},
		{"a single object can be made a page of one record", Settings{Records: []string{"[@this]"}}, `{"id":1}`, []string{`{"id":1}`}, nil},
		{"an index leads into an array", Settings{Records: []string{"0.events"}}, `[{"events":[1]},{"events":[2]}]`, []string{"1"}, nil},
		{"a key may hold a dot", Settings{Records: []string{`a\.b`}}, `{"a":{"b":[0]},"a.b":[1]}`, []string{"1"}, nil},

		{"HTML is no JSON", root, `<!doctype html><html><script>{"events":[]}</script></html>`, nil, ErrSyntax},
		{"HTML behind JSON is no JSON", events, `{"events":[]}<html>`, nil, ErrSyntax},
		{"two values are no JSON", root, "[] []", nil, ErrSyntax},
		{"lines of JSON are no JSON", root, "{}\n{}", nil, ErrSyntax},
		{"an error behind the records drops them", events, `{"events":[{"id":1}],"next":tru}`, nil, ErrSyntax},
		{"a raw control character in a string", root, "[\"a\tb\"]", nil, ErrSyntax},
		{"a NUL behind the value", root, "[]\x00", nil, ErrSyntax},
		{"a bad escape", root, `["\x41"]`, nil, ErrSyntax},
		{"half an escape", root, `["\u12"]`, nil, ErrSyntax},
		{"a leading zero", root, `[01]`, nil, ErrSyntax},
		{"a plus", root, `[+1]`, nil, ErrSyntax},
		{"a point without digits", root, `[1.]`, nil, ErrSyntax},
		{"an exponent without digits", root, `[1e+]`, nil, ErrSyntax},
		{"a comma too many", root, `[1,]`, nil, ErrSyntax},
		{"a key without quotes", root, `[{a:1}]`, nil, ErrSyntax},
		{"not a number", root, `[NaN]`, nil, ErrSyntax},
		{"a comment", root, `[1] // x`, nil, ErrSyntax},
		{"a UTF-16 body", root, "\xff\xfe[\x00]\x00", nil, ErrSyntax},

		{"NDJSON: an empty body is an empty page", lines, "", []string{}, nil},
		{"NDJSON: a byte order mark is dropped", lines, bom + "1\n", []string{"1"}, nil},
		{"NDJSON: the last line needs no newline", lines, "{\"a\":1}\n{\"a\":2}", []string{`{"a":1}`, `{"a":2}`}, nil},
		{"NDJSON: CRLF and blank lines are allowed", lines, "1\r\n\r\n \n\n2\r\n", []string{"1", "2"}, nil},
		{"NDJSON: one bad line drops the page", lines, "1\n2\n{", nil, ErrSyntax},
		{"NDJSON: two values in a line", lines, "1 2\n", nil, ErrSyntax},
		{"NDJSON: a value over two lines", lines, "[1,\n2]\n", nil, ErrSyntax},
		{"NDJSON: an array is one record", lines, "[1,2]\n", []string{"[1,2]"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := decode(t, tt.s, tt.body)
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				assert.Equal(t, Page{}, p)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, raws(p))
		})
	}
}

func TestATruncatedPageNeverHasRecords(t *testing.T) {
	settings := []Settings{{}, {Records: []string{"entries", "records", "data", "value", "Events", "data.events"}, Fields: oktaFields()}}
	for _, body := range vendorPages() {
		for _, s := range settings {
			d, err := NewDecoder(s)
			require.NoError(t, err)
			for n := range len(body) {
				p, err := d.Decode(body[:n])
				require.Error(t, err, "%d bytes of %s", n, body)
				require.Empty(t, p)
			}
		}
	}
}

func TestErrorsNameAPlaceAndNeverTheBody(t *testing.T) {
	_, err := decode(t, Settings{}, `[{"token":"s3cret"},x]`)
	assert.EqualError(t, err, "malformed body: no JSON at offset 20")
	_, err = decode(t, Settings{}, `[{"token":"s3cret`)
	assert.EqualError(t, err, "malformed body: JSON ends too early at offset 17")
	_, err = decode(t, Settings{Format: NDJSON}, "{}\n{\"a\":s3cret}\n")
	assert.EqualError(t, err, "malformed body: no JSON at offset 8")
	_, err = decode(t, Settings{Format: NDJSON}, "{}\n{\"a\":\n")
	assert.EqualError(t, err, "malformed body: JSON ends too early at offset 8")
	_, err = decode(t, Settings{Records: []string{"a", "b"}}, `{"token":"s3cret"}`)
	assert.EqualError(t, err, "records path is missing: a, b")
	_, err = decode(t, Settings{}, `{"token":"s3cret"}`)
	assert.EqualError(t, err, "value at the records path is not an array: @this")
	_, err = decode(t, Settings{MaxRecords: 1}, `["s3cret",2]`)
	assert.EqualError(t, err, "page has too many records: more than 1")
}

func TestNestingIsBounded(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, tt := range []struct {
		limit, depth int
		ok           bool
	}{{0, 128, true}, {0, 129, false}, {2, 2, true}, {2, 3, false}, {10_000, 10_000, true}, {10_000, 10_001, false}} {
		for what, body := range map[string]string{
			"arrays":  deep(tt.depth),
			"objects": `[` + strings.Repeat(`{"a":`, tt.depth-1) + "0" + strings.Repeat("}", tt.depth-1) + "]",
		} {
			_, err := decode(t, Settings{MaxDepth: tt.limit}, body)
			if tt.ok {
				assert.NoError(t, err, "%d %s, limit %d", tt.depth, what, tt.limit)
			} else {
				assert.ErrorIs(t, err, ErrDepth, "%d %s, limit %d", tt.depth, what, tt.limit)
			}
		}
	}
	for _, limit := range []int{-1, 10_001} {
		_, err := NewDecoder(Settings{MaxDepth: limit})
		assert.Error(t, err)
	}
}

// Such a body, 12 kB on the wire, kills a process that validates it with gjson.
func TestMegabytesOfBracketsAreRefusedAtOnce(t *testing.T) {
	for _, bracket := range []string{"[", `{"a":`, `[{"a":`} {
		body := strings.Repeat(bracket, 12<<20/len(bracket))
		start := time.Now()
		_, err := decode(t, Settings{Records: []string{"a.a.a"}, Fields: [][]string{{"a"}}}, body)
		assert.ErrorIs(t, err, ErrDepth)
		assert.Less(t, time.Since(start), time.Second)
		_, err = decode(t, Settings{Format: NDJSON}, body)
		assert.ErrorIs(t, err, ErrDepth)
	}
}

func TestTooManyRecordsAreAnError(t *testing.T) {
	for _, s := range []Settings{{}, {Format: NDJSON}, {Records: []string{"none", "@this"}}, {Records: []string{"@this.@this"}}} {
		s.MaxRecords = 2
		two, three := "[1,2]", "[1,2,3]"
		if s.Format == NDJSON {
			two, three = "1\n2\n", "1\n2\n3"
		}
		p, err := decode(t, s, two)
		require.NoError(t, err)
		assert.Len(t, p.Records, 2)
		_, err = decode(t, s, three)
		assert.ErrorIs(t, err, ErrTooMany)
	}
}

func TestInvalidUTF8IsToldButNotRefused(t *testing.T) {
	for body, valid := range map[string]bool{
		`[{"name":"Jäne 😀"}]`:                     true,
		"[{\"name\":\"J\xe4ne\"}]":                false,
		"[{\"a name of some length\xff\":1}]":     false,
		"[\"\xed\xa0\x80 an encoded surrogate\"]": false,
	} {
		p, err := decode(t, Settings{}, body)
		require.NoError(t, err)
		assert.Len(t, p.Records, 1)
		assert.Equal(t, valid, p.ValidUTF8, "%q", body)
	}
	p, err := decode(t, Settings{Format: NDJSON}, "\"\xff\"\n")
	require.NoError(t, err)
	assert.False(t, p.ValidUTF8)
}

func TestNDJSONHasNoEnvelope(t *testing.T) {
	p, err := decode(t, Settings{Format: NDJSON, Envelope: [][]string{{"a"}}, Fields: [][]string{{"a"}}}, `{"a":1}`)
	require.NoError(t, err)
	assert.Equal(t, []Value{{}}, p.Envelope)
	assert.Equal(t, []Value{{Number, "1"}}, p.Records[0].Fields)
}

func TestCandidatesAreTakenInTheirOrder(t *testing.T) {
	s := Settings{Fields: [][]string{{"a", "b.c", "#", "d"}}}
	for body, want := range map[string]string{
		`{"a":1,"b":{"c":2}}`:          "1",
		`{"b":{"c":2},"a":1}`:          "1",
		`{"b":{"c":2},"a":null}`:       "2",
		`{"a":null,"b":{"c":2}}`:       "2",
		`{"a":null,"a":1,"d":4}`:       "4",
		`{"a":null,"b":{"c":null}}`:    "null",
		`{"d":4,"b":{"c":null}}`:       "4",
		`{"b":5}`:                      "",
		`[1,2,3]`:                      "3",
		`{"d":"4","#":"a key","a":""}`: `""`,
	} {
		p, err := decode(t, s, "["+body+"]")
		require.NoError(t, err)
		assert.Equal(t, want, p.Records[0].Fields[0].Raw, body)
	}
}

func TestManyCandidates(t *testing.T) {
	var fields [][]string
	for i := range 70 {
		key := strings.Repeat("k", i+1)
		fields = append(fields, []string{key + ".x", key})
	}
	body := `{"` + strings.Repeat("k", 70) + `":1,"` + strings.Repeat("k", 65) + `":{"x":2}}`
	p, err := decode(t, Settings{Fields: fields}, "["+body+","+body+"]")
	require.NoError(t, err)
	for _, r := range p.Records {
		assert.Equal(t, "1", r.Fields[69].Raw)
		assert.Equal(t, "2", r.Fields[64].Raw)
		assert.False(t, r.Fields[63].Exists())
	}
}

// Rows come in blocks that are sized by a guess; records of very different
// lengths make the guess wrong both ways.
func TestEveryRecordHasItsOwnFields(t *testing.T) {
	s := Settings{Fields: [][]string{{"a"}, {"b"}}}
	var body strings.Builder
	for i := range 10_000 {
		body.WriteString(`{"a":"` + strings.Repeat("x", i*7919%300) + `"}` + "\n")
		if i%3 == 0 {
			body.WriteString("{}\n")
		}
	}
	s.Format = NDJSON
	p, err := decode(t, s, body.String())
	require.NoError(t, err)
	require.Len(t, p.Records, 13_334)
	for _, r := range p.Records {
		require.Len(t, r.Fields, 2)
		require.Equal(t, 2, cap(r.Fields))
		if r.Raw != "{}" {
			require.Equal(t, r.Raw, `{"a":`+r.Fields[0].Raw+`}`)
		}
	}
}

func TestAPageTakesAHandfulOfAllocations(t *testing.T) {
	d, err := NewDecoder(Settings{Fields: oktaFields()})
	require.NoError(t, err)
	body := pageOf(oktaShape, 1000, "[", ",", "]")
	allocations := testing.AllocsPerRun(5, func() {
		if p, err := d.Decode(body); err != nil || len(p.Records) != 1000 {
			t.Error("bad page")
		}
	})
	assert.Less(t, allocations, 12.0)
}

func TestADecoderServesManyAtATime(t *testing.T) {
	d, err := NewDecoder(Settings{Records: []string{"a.#.b", "data"}, Fields: [][]string{{"id", "uid"}, {"x.#"}}, Envelope: [][]string{{"n", "m"}}})
	require.NoError(t, err)
	done := make(chan error)
	for range 8 {
		go func() {
			var failed error
			for range 100 {
				p, err := d.Decode(`{"data":[{"uid":1,"x":[1,2]},{"id":2}],"m":"c"}`)
				if err != nil || p.Records[0].Fields[1].Raw != "2" || p.Records[1].Fields[0].Raw != "2" || p.Envelope[0].Text() != "c" {
					failed = errors.Join(err, errors.New("wrong page"))
				}
			}
			done <- failed
		}()
	}
	for range 8 {
		assert.NoError(t, <-done)
	}
}
