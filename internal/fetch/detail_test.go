// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/internal/window"
)

// projects lists three projects at /projects; each has pages of two events at
// /events, as many as `pages` says.
type projects struct {
	mu    sync.Mutex
	pages map[string]int
	asked []string
}

func (p *projects) Do(_ context.Context, req *http.Request) (*send.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	resp := &send.Response{Status: http.StatusOK, Header: http.Header{}, URL: req.URL}
	if req.URL.Path == "/projects" {
		resp.Body = `{"items":[{"id":1,"org":{"name":"red"}},{"id":2,"org":{"name":"green"}},{"id":3,"org":{"name":"blue"}}]}`
		return resp, nil
	}
	query := req.URL.Query()
	p.asked = append(p.asked, req.URL.RawQuery)
	project, number := query.Get("project"), 1
	if text := query.Get("cursor"); text != "" {
		if _, err := fmt.Sscanf(text, project+"-%d", &number); err != nil {
			return nil, &send.Error{Class: send.ClassConfig, Err: errors.New("a cursor of another project")}
		}
	}
	next := `null`
	if number < p.pages[project] {
		next = fmt.Sprintf(`"%s-%d"`, project, number+1)
	}
	resp.Body = fmt.Sprintf(`{"data":[{"id":"%[1]s.%[2]d.a"},{"id":"%[1]s.%[2]d.b"}],"next":%[3]s}`, project, number, next)
	return resp, nil
}

func (p *projects) Secrets() []string { return nil }

func (p *projects) CheckURL(*url.URL) error { return nil }

func nested() Settings {
	s := settings()
	s.Request = request.Settings{URL: "https://api.example/projects"}
	s.Paging, s.Next = paging.Settings{Type: paging.None}, NextSettings{}
	s.Expand = ExpandSettings{
		Items: []string{"items"}, Values: []string{"id", "org.name"}, Attributes: [][]string{{"org.name"}}, Parallel: 2, MaxBytes: 1 << 20,
		Request: request.Settings{
			URL:   "https://api.example/events",
			Query: map[string]string{"project": "{params.item_0}", "org": "{params.item_1}", "since": "{start}"},
			Place: []request.Param{{Name: "cursor", Value: "{cursor}"}},
		},
		Pager: PagerSettings{Paging: paging.Settings{Type: paging.Cursor}, Next: NextSettings{Cursor: []string{"next"}}},
	}
	return s
}

// walkAll fetches until the list is done, and says how many pages that took.
func walkAll(t *testing.T, f *Fetcher, ask Ask) (got []string, pages int) {
	t.Helper()
	for pages < 100 {
		res, err := f.Fetch(t.Context(), ask)
		require.NoError(t, err)
		got = append(got, ids(res.Records)...)
		pages++
		if res.Next.End {
			return got, pages
		}
		ask.Position = res.Next.Position
	}
	require.Fail(t, "no end")
	return nil, 0
}

func eventsOf(pages map[string]int) (all []string) {
	for _, project := range []string{"1", "2", "3"} {
		for n := 1; n <= pages[project]; n++ {
			all = append(all, fmt.Sprintf("%s.%d.a", project, n), fmt.Sprintf("%s.%d.b", project, n))
		}
	}
	return all
}

func TestTheFurtherRequestsPage(t *testing.T) {
	pages := map[string]int{"1": 3, "2": 1, "3": 2}
	for name, change := range map[string]func(*ExpandSettings){
		"all at once":                     func(*ExpandSettings) {},
		"one after the other":             func(s *ExpandSettings) { s.Parallel = 1 },
		"each page handed on":             func(s *ExpandSettings) { s.MaxBytes = 1 },
		"each page of one item handed on": func(s *ExpandSettings) { s.Parallel, s.MaxBytes = 1, 1 },
	} {
		t.Run(name, func(t *testing.T) {
			s := nested()
			change(&s.Expand)
			f, err := New(s, &projects{pages: pages}, nil)
			require.NoError(t, err)
			got, _ := walkAll(t, f, Ask{})
			assert.Equal(t, eventsOf(pages), got)
		})
	}
}

func TestAnItemOfManyPagesIsHandedOnInParts(t *testing.T) {
	pages := map[string]int{"1": 1, "2": maxDetailPages + 5, "3": 1}
	f, err := New(nested(), &projects{pages: pages}, nil)
	require.NoError(t, err)
	got, parts := walkAll(t, f, Ask{})
	assert.Equal(t, eventsOf(pages), got)
	assert.Equal(t, 2, parts)
}

func TestAFurtherRequestKnowsTheItemAndTheWindow(t *testing.T) {
	lib := &projects{pages: map[string]int{}}
	s := nested()
	s.Expand.Parallel = 1
	f, err := New(s, lib, nil)
	require.NoError(t, err)
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	res, err := f.Fetch(t.Context(), Ask{Window: window.Window{From: from}})
	require.NoError(t, err)
	assert.Equal(t, "org=red&project=1&since=2026-01-01T00%3A00%3A00Z", lib.asked[0])
	assert.Equal(t, "org=blue&project=3&since=2026-01-01T00%3A00%3A00Z", lib.asked[2])
	require.Len(t, res.Records, 6)
	for i, want := range []string{"red", "red", "green", "green", "blue", "blue"} {
		values := res.Records[i].Values
		assert.Equal(t, want, values[len(values)-1].Text(), "each record knows its item")
	}
	assert.Equal(t, 3, res.Rows, "the vendor's cap counts items")
}

func TestPagesOfAnItemThatGoInCirclesAreAnError(t *testing.T) {
	s := nested()
	s.Expand.Pager.Next = NextSettings{Cursor: []string{"data.0.id"}}
	lib := &projects{pages: map[string]int{"1": 1, "2": 1, "3": 1}}
	s.Expand.Request.Place = nil
	f, err := New(s, lib, nil)
	require.NoError(t, err)
	_, err = f.Fetch(t.Context(), Ask{})
	var failure *send.Error
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, send.ClassData, failure.Class)
	assert.ErrorContains(t, err, "circles")
}

func TestACursorThatIsAList(t *testing.T) {
	for raw, want := range map[string]string{
		`["1532951895000","af0b"]`: "1532951895000,af0b",
		`[1532951895000, "af0b"]`:  "1532951895000,af0b",
		`[{"a":1}]`:                `[{"a":1}]`,
		`[]`:                       "",
	} {
		assert.Equal(t, want, joined(page.Value{Kind: page.Array, Raw: raw}, ","), raw)
	}
	assert.Equal(t, "x,y", joined(page.Value{Kind: page.String, Raw: `"x,y"`}, ","))
	assert.Equal(t, `["a"]`, joined(page.Value{Kind: page.Array, Raw: `["a"]`}, ""), "its JSON, where nothing joins it")
}

// TestAnOffsetCountsTheVendorsRecords: a page of two records that split into five
// is followed by offset 2.
func TestAnOffsetCountsTheVendorsRecords(t *testing.T) {
	s := settings()
	s.Paging, s.Page.Split = paging.Settings{Type: paging.Offset}, "events"
	c := &script{answers: []any{&send.Response{Body: `{"data":[{"id":"a","events":[1,2,3]},{"id":"b","events":[4,5]}]}`}}}
	res, err := get(t, s, c, Ask{})
	require.NoError(t, err)
	assert.Equal(t, 5, res.Fetched)
	assert.Equal(t, 2, res.Rows)
	assert.Equal(t, paging.Position{Offset: 2}, res.Next.Position)
}
