// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// library answers by path: the list at /list, records at /blob/N.
type library struct {
	mu    sync.Mutex
	asked []string
	gone  string
	down  string
}

func (l *library) Secrets() []string { return nil }

func (l *library) CheckURL(*url.URL) error { return nil }

func (l *library) Do(_ context.Context, req *http.Request) (*send.Response, error) {
	body := ""
	if req.Body != nil {
		data, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		body = string(data)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, strings.TrimSpace(req.URL.Path+" "+body))
	resp := &send.Response{Status: http.StatusOK, Header: http.Header{}, URL: req.URL}
	switch path := req.URL.Path; {
	case path == "/list":
		resp.Body = `{"items":[{"uri":"/blob/1","id":"i1"},{"uri":"https://api.example/blob/2","id":"i2"},{"uri":"/blob/3","id":"i3"}],"next":"n"}`
	case path == l.gone:
		return nil, &send.Error{Class: send.ClassConfig, Status: http.StatusNotFound, Err: errors.New("gone")}
	case path == l.down:
		return nil, &send.Error{Class: send.ClassRetry, Status: http.StatusBadGateway, Err: errors.New("down")}
	default:
		resp.Body = fmt.Sprintf(`{"data":[{"id":%q,"at":"2026-01-01T00:00:00Z"}]}`, path+"-a")
	}
	return resp, nil
}

func twoSteps() Settings {
	s := settings()
	s.Request = request.Settings{URL: "https://api.example/list", Place: []request.Param{{Name: "cursor", Value: "{cursor}"}}}
	s.Expand = ExpandSettings{
		Items: []string{"items"}, URL: "uri", Parallel: 2, MaxBytes: 1 << 20,
		Request: request.Settings{URL: "https://api.example/list"},
	}
	return s
}

func TestItemsOfAListAreExpandedInTheirOrder(t *testing.T) {
	f, err := New(twoSteps(), &library{}, nil)
	require.NoError(t, err)
	res, err := f.Fetch(t.Context(), Ask{})
	require.NoError(t, err)
	assert.Equal(t, []string{"/blob/1-a", "/blob/2-a", "/blob/3-a"}, ids(res.Records))
	assert.Equal(t, paging.Position{Cursor: "n"}, res.Next.Position)
}

func TestALongListIsCutIntoPagesAndTheListIsAskedForOnce(t *testing.T) {
	s := twoSteps()
	s.Expand.Parallel, s.Expand.MaxBytes = 1, 1
	lib := &library{}
	f, err := New(s, lib, nil)
	require.NoError(t, err)
	var got []string
	ask := Ask{}
	for range 3 {
		res, err := f.Fetch(t.Context(), ask)
		require.NoError(t, err)
		got = append(got, ids(res.Records)...)
		ask.Position = res.Next.Position
	}
	assert.Equal(t, []string{"/blob/1-a", "/blob/2-a", "/blob/3-a"}, got)
	assert.Equal(t, paging.Position{Cursor: "n"}, ask.Position)
	assert.Equal(t, []string{"/list", "/blob/1", "/blob/2", "/blob/3"}, lib.asked)
}

func TestAfterARestartTheListsPageIsExpandedFromItsStart(t *testing.T) {
	f, err := New(twoSteps(), &library{}, nil)
	require.NoError(t, err)
	res, err := f.Fetch(t.Context(), Ask{Position: paging.Position{Item: 2}})
	require.NoError(t, err)
	assert.Len(t, res.Records, 3, "items may have moved: the dedupe knows what was delivered")
}

func TestAFailedItemFailsThePage(t *testing.T) {
	lib := &library{down: "/blob/2"}
	f, err := New(twoSteps(), lib, nil)
	require.NoError(t, err)
	_, err = f.Fetch(t.Context(), Ask{})
	var failure *send.Error
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, send.ClassRetry, failure.Class)
	lib.down = ""
	res, err := f.Fetch(t.Context(), Ask{})
	require.NoError(t, err)
	assert.Len(t, res.Records, 3)
}

func TestAnItemThatTheVendorNoLongerHasIsCountedAsLost(t *testing.T) {
	f, err := New(twoSteps(), &library{gone: "/blob/2"}, nil)
	require.NoError(t, err)
	res, err := f.Fetch(t.Context(), Ask{})
	require.NoError(t, err)
	assert.Equal(t, []string{`{"uri":"https://api.example/blob/2","id":"i2"}`}, res.Lost)
	assert.Len(t, res.Records, 2)
}

func TestIDsAreSentInBatches(t *testing.T) {
	s := twoSteps()
	s.Expand.URL, s.Expand.Value, s.Expand.Batch, s.Expand.Parallel = "", "id", 2, 1
	s.Expand.Request = request.Settings{Method: "POST", URL: "https://api.example/entities", Body: `{"ids": {params.item-list}}`}
	lib := &library{}
	f, err := New(s, lib, nil)
	require.NoError(t, err)
	_, err = f.Fetch(t.Context(), Ask{})
	require.NoError(t, err)
	require.Len(t, lib.asked, 3)
	assert.JSONEq(t, `{"ids":["i1","i2"]}`, strings.TrimPrefix(lib.asked[1], "/entities "))
	assert.JSONEq(t, `{"ids":["i3"]}`, strings.TrimPrefix(lib.asked[2], "/entities "))
}

// TestAListIsExpandedFromItsStartAfterARestart: the list that the position counts
// in is gone, and what it holds may have moved, also if the first try fails.
func TestAListIsExpandedFromItsStartAfterARestart(t *testing.T) {
	s := settings()
	s.Page.Records = []string{"@this"}
	s.Expand = ExpandSettings{Items: []string{"data"}, Value: "id", MaxBytes: 1, Request: request.Settings{URL: "https://api.example/v1/item/{params.item}"}}
	c := &script{answers: []any{
		&send.Response{Body: `{"data":[{"id":"i3"},{"id":"i4"},{"id":"i5"}]}`}, // i1 and i2 are gone
		&send.Error{Class: send.ClassRetry, Err: assert.AnError},
		&send.Response{Body: `[{"id":"r3"}]`},
		&send.Response{Body: `[{"id":"r4"}]`},
	}}
	f, err := New(s, c, nil)
	require.NoError(t, err)
	ask := Ask{Position: paging.Position{Item: 2}}
	_, err = f.Fetch(t.Context(), ask)
	require.Error(t, err)
	for _, item := range []string{"i3", "i4"} {
		res, err := f.Fetch(t.Context(), ask)
		require.NoError(t, err)
		ask.Position = res.Next.Position
		assert.Equal(t, "/v1/item/"+item, c.asked[len(c.asked)-1].Path)
	}
}
