// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// blob is what one item has: so many records of a size.
type blob struct{ records, size int }

// bookcase is a vendor that lists blobs.
type bookcase struct {
	blobs []blob
	mu    sync.Mutex
	asked int // how many blobs
	lists int
}

func (s *bookcase) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body bytes.Buffer
	n, err := strconv.Atoi(strings.TrimPrefix(req.URL.Path, "/blob/"))
	if err != nil {
		s.lists++
		for i := range s.blobs {
			fmt.Fprintf(&body, `,{"uri":"/blob/%d"}`, i)
		}
		body = *bytes.NewBufferString(`{"items":[` + strings.TrimPrefix(body.String(), ",") + `]}`)
	} else {
		s.asked++
		for i := range s.blobs[n].records {
			fmt.Fprintf(&body, `,{"id":"%d.%d","x":"%s"}`, n, i, strings.Repeat("x", s.blobs[n].size))
		}
		body = *bytes.NewBufferString(`{"data":[` + strings.TrimPrefix(body.String(), ",") + `]}`)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(&body), ContentLength: int64(body.Len()), Request: req}, nil
}

func (s *bookcase) ids() (all []string) {
	for n, b := range s.blobs {
		for i := range b.records {
			all = append(all, fmt.Sprintf("%d.%d", n, i))
		}
	}
	return all
}

const (
	shelfBytes   = 64 << 10
	shelfRecords = 100
)

// fetcher reads the bookcase, eight blobs at once.
func (s *bookcase) fetcher(t *testing.T, limit int64) *Fetcher {
	t.Helper()
	set := twoSteps()
	set.Paging, set.Next, set.Request.Place = paging.Settings{Type: paging.None}, NextSettings{}, nil
	set.Page.MaxRecords, set.Expand.MaxBytes, set.Expand.Parallel = shelfRecords, int(limit/2), 8
	endpoint, err := url.Parse(set.Request.URL)
	require.NoError(t, err)
	c, err := send.NewClient(&http.Client{Transport: s}, send.Settings{Endpoint: endpoint, MaxPageBytes: limit})
	require.NoError(t, err)
	f, err := New(set, c, nil)
	require.NoError(t, err)
	return f
}

func blobs(n int, of ...blob) (all []blob) {
	for range n {
		all = append(all, of...)
	}
	return all
}

// TestBlobsThatAreReadAtOnceAreNoMoreThanAPage: whatever the vendor puts into its
// blobs, what is held is bounded as one page is, and nothing is lost or repeated.
func TestBlobsThatAreReadAtOnceAreNoMoreThanAPage(t *testing.T) {
	small, large, thin := blob{3, 50}, blob{2, shelfBytes/2 - 200}, blob{shelfRecords, 1}
	for name, test := range map[string]struct {
		blobs   []blob
		atMost  int // requests
		atLeast int // pages
	}{
		"small ones go together":                    {blobs(20, small), 20, 1},
		"of large ones each is a page":              {blobs(20, large), 34, 20},
		"many records are as heavy as large bodies": {blobs(20, thin), 34, 20},
		"a large one now and then":                  {blobs(5, small, small, small, large), 45, 5},
		"all kinds":                                 {blobs(7, large, blob{}, thin, small), 70, 14},
		"none has anything":                         {blobs(20, blob{}), 20, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := &bookcase{blobs: test.blobs}
			f := s.fetcher(t, shelfBytes)
			var got []string
			pages := 0
			for ask := (Ask{}); ; pages++ {
				res, err := f.Fetch(t.Context(), ask)
				require.NoError(t, err)
				assert.LessOrEqual(t, res.read, shelfBytes)
				assert.LessOrEqual(t, res.Fetched, shelfRecords)
				got = append(got, ids(res.Records)...)
				if res.Next.End {
					break
				}
				require.NotEqual(t, ask.Position, res.Next.Position, "it goes on")
				ask.Position = res.Next.Position
			}
			assert.Equal(t, s.ids(), got)
			assert.Equal(t, 1, s.lists)
			assert.LessOrEqual(t, s.asked, test.atMost, "few are asked for twice")
			assert.GreaterOrEqual(t, pages+1, test.atLeast)
		})
	}
}

// TestABlobThatIsTooLargeByItselfIsAnError: it can't be handed on in any page.
func TestABlobThatIsTooLargeByItselfIsAnError(t *testing.T) {
	s := &bookcase{blobs: []blob{{3, 50}, {3, 50}, {2, shelfBytes}, {3, 50}}}
	f := s.fetcher(t, shelfBytes)
	first, err := f.Fetch(t.Context(), Ask{})
	require.NoError(t, err, "what comes before it is handed on")
	assert.Len(t, first.Records, 6)
	for range 3 {
		_, err = f.Fetch(t.Context(), Ask{Position: first.Next.Position})
		var failure *send.Error
		require.ErrorAs(t, err, &failure)
		assert.Equal(t, send.ClassData, failure.Class)
		assert.Contains(t, failure.Hint, "limits::max_page_bytes")
	}
	s.blobs[2].size = 50
	rest, err := f.Fetch(t.Context(), Ask{Position: first.Next.Position})
	require.NoError(t, err)
	assert.Equal(t, s.ids(), append(ids(first.Records), ids(rest.Records)...))
}

// placed counts the large bodies that are in use, and never has a second one.
type placed struct {
	Client
	t    *testing.T
	mu   sync.Mutex
	held int
}

func (p *placed) Do(ctx context.Context, req *http.Request) (*send.Response, error) {
	resp, err := p.Client.Do(ctx, req)
	if err != nil || resp.Release == nil {
		return resp, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held++
	assert.Equal(p.t, 1, p.held, "a page that waits for another place waits for itself")
	resp.Release = both(resp.Release, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.held--
	})
	return resp, nil
}

// TestALargeBlobHasItsPlaceUntilItsPageIsDone: its records are slices of it.
func TestALargeBlobHasItsPlaceUntilItsPageIsDone(t *testing.T) {
	s := &bookcase{blobs: []blob{{1, 9}, {1, send.FreeBody}, {1, 9}, {1, send.FreeBody}, {2, send.FreeBody * 3 / 2}, {1, 9}}}
	f := s.fetcher(t, 4*send.FreeBody)
	p := &placed{Client: f.client, t: t}
	f.client = p
	var got []string
	for ask := (Ask{}); ; {
		res, err := f.Fetch(t.Context(), ask)
		require.NoError(t, err)
		got = append(got, ids(res.Records)...)
		large := res.read > send.FreeBody
		assert.Equal(t, large, p.held == 1)
		res.Done()
		assert.Zero(t, p.held)
		if res.Next.End {
			break
		}
		ask.Position = res.Next.Position
	}
	assert.Equal(t, s.ids(), got)

	s.blobs = []blob{{1, send.FreeBody}, {2, 4 * send.FreeBody}}
	f.lists.Store(nil)
	res, err := f.Fetch(t.Context(), Ask{})
	require.NoError(t, err)
	res.Done()
	_, err = f.Fetch(t.Context(), Ask{Position: res.Next.Position})
	require.Error(t, err)
	assert.Zero(t, p.held, "a page that failed has none")
}
