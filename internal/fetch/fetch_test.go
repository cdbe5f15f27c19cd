// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/filter"
	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/internal/window"
)

// script answers requests with the answers that it holds, in their order.
type script struct {
	answers []any // *send.Response or error
	asked   []*url.URL
	// changed is what Refresh answers.
	changed   bool
	refreshes int
}

func (s *script) Secrets() []string { return []string{"s3cr3t-key"} }

// CheckURL refuses what lies outside of example.
func (s *script) CheckURL(u *url.URL) error {
	if !strings.HasSuffix(u.Hostname(), ".example") {
		return &send.Error{Class: send.ClassConfig, Err: errors.New("URL refused")}
	}
	return nil
}

func (s *script) Do(_ context.Context, req *http.Request) (*send.Response, error) {
	s.asked = append(s.asked, req.URL)
	next := s.answers[0]
	s.answers = s.answers[1:]
	if err, ok := next.(error); ok {
		return nil, err
	}
	resp := next.(*send.Response)
	if resp.URL == nil {
		resp.URL = req.URL
	}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	if resp.Status == 0 {
		resp.Status = http.StatusOK
	}
	return resp, nil
}

func (s *script) Refresh(context.Context) (bool, error) {
	s.refreshes++
	return s.changed, nil
}

func settings() Settings {
	return Settings{
		Request: request.Settings{URL: "https://api.example/v1/events", Place: []request.Param{
			{Name: "since", Value: "{start}"}, {Name: "cursor", Value: "{cursor}"}, {Name: "skip", Value: "{offset}"},
		}},
		Page:   page.Settings{Records: []string{"data"}},
		Record: record.Settings{ID: []string{"id"}, Time: []string{"at"}, MaxFuture: time.Hour},
		Paging: paging.Settings{Type: paging.Cursor},
		Next:   NextSettings{Cursor: []string{"next"}, LinkRel: "next"},
	}
}

func get(t *testing.T, s Settings, c *script, ask Ask) (Result, error) {
	t.Helper()
	f, err := New(s, c, c)
	require.NoError(t, err)
	return f.Fetch(t.Context(), ask)
}

func ids(records []record.Record) []string {
	var out []string
	for _, r := range records {
		out = append(out, r.UID)
	}
	return out
}

const twoRecords = `{"data":[{"id":"a","at":"2026-01-01T00:00:02Z","who":"u1"},{"id":"b","at":"2026-01-01T00:00:01Z","who":"u2"}],"next":"n1"}`

func TestAPageBecomesRecordsAndAPosition(t *testing.T) {
	c := &script{answers: []any{&send.Response{Body: twoRecords}}}
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	res, err := get(t, settings(), c, Ask{Window: window.Window{From: from}, Now: from.Add(time.Hour)})
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, ids(res.Records))
	assert.Equal(t, paging.Position{Cursor: "n1"}, res.Next.Position)
	assert.Equal(t, from.Add(2*time.Second), res.Newest)
	assert.Equal(t, from.Add(time.Second), res.Oldest)
	assert.Equal(t, "since=2026-01-01T00%3A00%3A00Z", c.asked[0].RawQuery)
}

func TestAWindowIsNotSentWithAPersistentCursor(t *testing.T) {
	s := settings()
	s.WindowOnce = true
	c := &script{answers: []any{&send.Response{Body: twoRecords}}}
	_, err := get(t, s, c, Ask{Window: window.Window{From: time.Unix(0, 0)}, Position: paging.Position{Cursor: "n1"}})
	require.NoError(t, err)
	assert.Equal(t, "cursor=n1", c.asked[0].RawQuery)
}

func TestAnEventFromTheFutureDoesNotMoveTheNewestTime(t *testing.T) {
	body := `{"data":[{"id":"a","at":"9999-01-01T00:00:00Z"},{"id":"b","at":"2026-01-01T00:00:00Z"}]}`
	res, err := get(t, settings(), &script{answers: []any{&send.Response{Body: body}}}, Ask{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	assert.Len(t, res.Records, 2)
	assert.Equal(t, 2026, res.Newest.Year())
}

func TestTheFilterCountsWhatItDrops(t *testing.T) {
	s := settings()
	var err error
	s.Filter, err = filter.New(filter.Settings{Exclude: []string{"^u1$"}})
	require.NoError(t, err)
	s.MatchPaths = []string{"who"}
	res, err := get(t, s, &script{answers: []any{&send.Response{Body: twoRecords}}}, Ask{})
	require.NoError(t, err)
	assert.Equal(t, []string{"b"}, ids(res.Records))
	assert.Equal(t, 2, res.Fetched)
	assert.Equal(t, 1, res.Filtered)
}

func TestRecordsBeforeTheFloorAreDropped(t *testing.T) {
	floor := time.Date(2026, 1, 1, 0, 0, 2, 0, time.UTC)
	res, err := get(t, settings(), &script{answers: []any{&send.Response{Body: twoRecords}}}, Ask{Floor: floor})
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, ids(res.Records))
}

func TestRefusedCredentialsAreRenewedOnceForTheSamePage(t *testing.T) {
	refused := &send.Error{Class: send.ClassAuth, Status: 401, Err: errors.New("expired")}
	c := &script{changed: true, answers: []any{refused, &send.Response{Body: twoRecords}}}
	res, err := get(t, settings(), c, Ask{})
	require.NoError(t, err)
	assert.Len(t, res.Records, 2)
	assert.Equal(t, c.asked[0], c.asked[1])

	c = &script{changed: false, answers: []any{refused}}
	_, err = get(t, settings(), c, Ask{})
	require.ErrorIs(t, err, refused)
	c = &script{changed: true, answers: []any{refused, refused}}
	_, err = get(t, settings(), c, Ask{})
	require.ErrorIs(t, err, refused)
	assert.Equal(t, 1, c.refreshes)
}

func TestAnswersWithoutAPage(t *testing.T) {
	for name, tc := range map[string]struct {
		resp  send.Response
		empty bool
	}{
		"204 is an empty page":           {send.Response{Status: 204}, true},
		"an empty list is an empty page": {send.Response{Body: `{"data":[]}`}, true},
		"null is an empty page":          {send.Response{Body: `{"data":null}`}, true},
		"an empty body is an error":      {send.Response{Body: ""}, false},
		"a missing list is an error":     {send.Response{Body: `{}`}, false},
		"HTML is an error":               {send.Response{Body: `<html>{"data":[]}</html>`}, false},
		"half a page is an error":        {send.Response{Body: twoRecords[:80]}, false},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := get(t, settings(), &script{answers: []any{&tc.resp}}, Ask{})
			if tc.empty {
				require.NoError(t, err)
				assert.Zero(t, res.Fetched)
				assert.True(t, res.Next.End)
				return
			}
			var failure *send.Error
			require.ErrorAs(t, err, &failure)
			assert.Equal(t, send.ClassData, failure.Class)
		})
	}
}

// TestAWalkMayEndWithA204: behind a full page some vendors name a next one that
// turns out to be empty.
func TestAWalkMayEndWithA204(t *testing.T) {
	ask := Ask{Position: paging.Position{Cursor: "n1"}}
	res, err := get(t, settings(), &script{answers: []any{&send.Response{Status: 204}}}, ask)
	require.NoError(t, err)
	assert.True(t, res.Next.End)
	assert.Empty(t, res.Records)
}

func TestTextThatCannotTellItsEndNeedsABodyThatCan(t *testing.T) {
	const lines, table = "{\"id\":\"a\"}\n", "id,note\na,hello\n"
	for name, tc := range map[string]struct {
		format page.Format
		resp   send.Response
		taken  bool
	}{
		"lines are refused":                     {page.NDJSON, send.Response{Body: lines, Unproven: true}, false},
		"lines without the last end too":        {page.NDJSON, send.Response{Body: lines[:len(lines)-1], Unproven: true}, false},
		"no lines at all too":                   {page.NDJSON, send.Response{Unproven: true}, false},
		"a table is refused":                    {page.CSV, send.Response{Body: table, Unproven: true}, false},
		"a table that ends in a cell too":       {page.CSV, send.Response{Body: table[:len(table)-3], Unproven: true}, false},
		"a proven table needs no newline":       {page.CSV, send.Response{Body: table[:len(table)-1]}, true},
		"proven lines need no newline":          {page.NDJSON, send.Response{Body: lines[:len(lines)-1]}, true},
		"JSON proves its end":                   {page.JSON, send.Response{Body: `{"data":[{"id":"a"}]}`, Unproven: true}, true},
		"XML proves its end":                    {page.XML, send.Response{Body: `<data><id>a</id></data>`, Unproven: true}, true},
		"what has no body by its status is one": {page.NDJSON, send.Response{Status: 204, Unproven: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := settings()
			s.Page.Format = tc.format
			_, err := get(t, s, &script{answers: []any{&tc.resp}}, Ask{})
			if tc.taken {
				require.NoError(t, err)
				return
			}
			var failure *send.Error
			require.ErrorAs(t, err, &failure)
			assert.Equal(t, send.ClassRetry, failure.Class)
			assert.Contains(t, failure.Hint, "Content-Length")
		})
	}
}

func TestALargeBodyIsHeldAsLongAsItsRecords(t *testing.T) {
	held := 1
	release := func() { held-- }
	res, err := get(t, settings(), &script{answers: []any{&send.Response{Body: twoRecords, Release: release}}}, Ask{})
	require.NoError(t, err)
	assert.Equal(t, 1, held, "the records are slices of it")
	res.Done()
	assert.Zero(t, held)
	held = 1
	_, err = get(t, settings(), &script{answers: []any{&send.Response{Body: "{}", Release: release}}}, Ask{})
	require.Error(t, err)
	assert.Zero(t, held)
}

func TestAPageThatCannotBeDecodedSaysWhatToDo(t *testing.T) {
	for hint, tc := range map[string]struct {
		body     string
		settings page.Settings
	}{
		"`limits::max_page_bytes`": {"id,at\n1,2\n", page.Settings{Format: page.CSV, MaxBytes: 10}},
		"`limits::max_records`":    {`[1,2]`, page.Settings{MaxRecords: 1}},
		"`limits::max_depth`":      {`[[[1]]]`, page.Settings{MaxDepth: 2}},
		"`response::records`":      {"try again later\n", page.Settings{Format: page.CSV}},
		"`response::error_when`":   {`{"error":"x"}`, page.Settings{Records: []string{"data"}}},
	} {
		s := settings()
		s.Page = tc.settings
		_, err := get(t, s, &script{answers: []any{&send.Response{Body: tc.body}}}, Ask{})
		var failure *send.Error
		require.ErrorAs(t, err, &failure, tc.body)
		assert.Equal(t, send.ClassData, failure.Class)
		assert.Contains(t, failure.Hint, hint)
	}
}

func TestLinksAreFollowedAsTheVendorWroteThem(t *testing.T) {
	s := settings()
	s.Paging.Type = paging.Link
	s.Page.Records = nil
	header := http.Header{"Link": {`<https://api.example/v1/events?x=1>; rel="self"`, `</v1/events?after=a%2Bb>; rel="next"`}}
	c := &script{answers: []any{&send.Response{Body: `[{"id":"a"}]`, Header: header}, &send.Response{Body: `[]`}}}
	res, err := get(t, s, c, Ask{})
	require.NoError(t, err)
	assert.Equal(t, "https://api.example/v1/events?after=a%2Bb", res.Next.Position.URL)
	_, err = get(t, s, c, Ask{Position: res.Next.Position})
	require.NoError(t, err)
	assert.Equal(t, "https://api.example/v1/events?after=a%2Bb", c.asked[1].String())
}

// Taken for the end, it would lose the further pages for good.
func TestALinkThatCannotBeReadIsAskedForAgain(t *testing.T) {
	s := settings()
	s.Paging.Type = paging.Link
	header := http.Header{"Link": {`<https://api.example/v1/events>; rel="self"; title="12" disk", </v1/events?page=2>; rel="next"`}}
	_, err := get(t, s, &script{answers: []any{&send.Response{Body: twoRecords, Header: header}}}, Ask{})
	var failure *send.Error
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, send.ClassData, failure.Class)
}

// The position would be stored, and every later attempt be refused.
func TestAPageThatLeadsAwayIsNotTaken(t *testing.T) {
	s := settings()
	s.Paging.Type = paging.Link
	away := http.Header{"Link": {`<https://evil.test/v1/events?page=2>; rel="next"`}}
	c := &script{answers: []any{&send.Response{Body: twoRecords, Header: away, URL: &url.URL{Scheme: "https", Host: "api.example"}}}}
	_, err := get(t, s, c, Ask{})
	var refused *send.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, send.ClassConfig, refused.Class, "the operator has to allow the host, or the vendor to answer right")
}

// F26: a strict receiver refuses the whole batch for one bad byte.
func TestBadBytesBesideARecordAreFlaggedInIt(t *testing.T) {
	s := settings()
	s.Related = RelatedSettings{Path: []string{"related"}, Fields: [][]string{{"who"}}}
	body := `{"data":[{"id":"a","who":"u1"},{"id":"b","who":"u2"}],"related":{"u1":{"name":"j` + "\xff" + `"},"u2":{"name":"ok"}}}`
	res, err := get(t, s, &script{answers: []any{&send.Response{Body: body}}}, Ask{})
	require.NoError(t, err)
	assert.NotZero(t, res.Records[0].Flags&record.InvalidUTF8)
	assert.Zero(t, res.Records[1].Flags&record.InvalidUTF8)

	records := make([]record.Record, 1)
	belong(records, []page.Value{{Kind: page.String, Raw: "\"n\xff\""}})
	assert.NotZero(t, records[0].Flags&record.InvalidUTF8, "the item's")
}

func TestRelatedObjectsAreJoinedIntoTheRecords(t *testing.T) {
	s := settings()
	s.Related = RelatedSettings{Path: []string{"related"}, Fields: [][]string{{"who"}, {"where"}}}
	body := `{"data":[{"id":"a","who":"u1"},{"id":"b","who":"nobody"}],"related":{"u1":{"type":"user","name":"jane"},"u2":7}}`
	res, err := get(t, s, &script{answers: []any{&send.Response{Body: body}}}, Ask{})
	require.NoError(t, err)
	require.Len(t, res.Records[0].Values, 2)
	assert.Equal(t, `{"type":"user","name":"jane"}`, res.Records[0].Values[0].Raw)
	assert.False(t, res.Records[0].Values[1].Exists())
	assert.False(t, res.Records[1].Values[0].Exists())
	assert.Equal(t, `{"id":"a","who":"u1"}`, res.Records[0].Raw, "the body stays as it is")
}

func TestAPositionIsKeptWithoutSecrets(t *testing.T) {
	u := &url.URL{Scheme: "https", Host: "api.example", Path: "/v1"}
	secrets := func() []string { return []string{"s3cr3t-key"} }
	p := &pager{check: func(*url.URL) error { return nil }, secrets: secrets, lastID: -1, envelope: newEnvelope(NextSettings{}, RelatedSettings{})}
	p.Paging.Type, p.Next.URLHeader, p.Next.CursorHeader = paging.NextURL, "Next", "Cursor"
	ask := func(name, value string) (paging.Answer, error) {
		return p.answer(&send.Response{URL: u, Header: http.Header{name: {value}}}, page.Page{})
	}
	a, err := ask("Next", "/v1?page=2&api_key=s3cr3t%2Dkey&x=1")
	require.NoError(t, err)
	assert.Equal(t, "https://api.example/v1?page=2&x=1", a.URL)
	_, err = ask("Next", "/v1/s3cr3t-key?page=2")
	assert.ErrorContains(t, err, "repeats a secret")
	_, err = ask("Cursor", "a:s3cr3t-key")
	assert.ErrorContains(t, err, "repeats a secret")
}

// TestAPageThatLeadsNowhereIsRefused: what it leads to would be asked for again
// and again, after a restart too, and no better answer could correct it.
func TestAPageThatLeadsNowhereIsRefused(t *testing.T) {
	header, path := settings(), settings()
	header.Request = request.Settings{URL: "https://api.example/v1", Place: []request.Param{{Name: "X-Cursor", Value: "{cursor}", In: request.InHeader}}}
	path.Request = request.Settings{URL: "https://api.example/v1", Next: &request.Settings{URL: "https://api.example/v1/{cursor}/next"}}
	for name, tc := range map[string]struct {
		settings Settings
		cursor   string
	}{
		"a line break in a header": {header, `a\r\nX-Evil: b`},
		"a NUL in a header":        {header, `a\u0000`},
		"a way out of the path":    {path, `../../admin`},
		"a megabyte":               {settings(), strings.Repeat("a", 1<<20)},
	} {
		for _, persistent := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				tc.settings.Paging.Persistent = persistent
				bad := `{"data":[{"id":"a","at":"2026-01-01T00:00:02Z"}],"next":"` + tc.cursor + `"}`
				c := &script{answers: []any{&send.Response{Body: bad}, &send.Response{Body: twoRecords}}}
				_, err := get(t, tc.settings, c, Ask{})
				var failure *send.Error
				require.ErrorAs(t, err, &failure)
				assert.Equal(t, send.ClassData, failure.Class)
				assert.Less(t, len(err.Error()), 300)
				res, err := get(t, tc.settings, c, Ask{})
				require.NoError(t, err)
				assert.Equal(t, paging.Position{Cursor: "n1"}, res.Next.Position)
			})
		}
	}
}
