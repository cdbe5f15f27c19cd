// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
)

func sizedSettings() Settings {
	s := settings()
	s.Request.Place = append(s.Request.Place, request.Param{Name: "limit", Value: "{page_size}"})
	s.Paging.PageSize, s.Paging.SizeParam = 1000, "limit"
	return s
}

func TestAPageOfAnotherSizeIsAskedFor(t *testing.T) {
	const own = "https://api.example/v1/events?after=x&limit=1000"
	for name, test := range map[string]struct {
		ask  Ask
		want string
	}{
		"the configured size":              {Ask{}, "limit=1000"},
		"a smaller one":                    {Ask{PageSize: 250}, "limit=250"},
		"a smaller one with a cursor":      {Ask{PageSize: 250, Position: paging.Position{Cursor: "c"}}, "cursor=c&limit=250"},
		"the vendor's URL as it is":        {Ask{Position: paging.Position{URL: own}}, "after=x&limit=1000"},
		"the vendor's URL with a new size": {Ask{PageSize: 250, Position: paging.Position{URL: own}}, "after=x&limit=250"},
	} {
		c := &script{answers: []any{&send.Response{Body: twoRecords}}}
		_, err := get(t, sizedSettings(), c, test.ask)
		require.NoError(t, err)
		want, err := url.ParseQuery(test.want)
		require.NoError(t, err)
		assert.Equal(t, want, c.asked[0].Query(), name)
	}
}

func TestAShortPageIsShortForTheSizeThatWasAskedFor(t *testing.T) {
	for size, end := range map[int64]bool{0: true, 3: true, 2: false} {
		s := sizedSettings()
		s.Paging.StopOnShortPage = true
		res, err := get(t, s, &script{answers: []any{&send.Response{Body: twoRecords}}}, Ask{PageSize: size})
		require.NoError(t, err)
		assert.Equal(t, end, res.Next.End, "%d", size)
	}
}

func TestAnAnswerSaysWhetherLessMayDo(t *testing.T) {
	s := sizedSettings()
	s.Page.MaxRecords = 1
	for body, want := range map[string]bool{twoRecords: true, `{"data":[{"id":`: false, `{"data":"x"}`: false} {
		_, err := get(t, s, &script{answers: []any{&send.Response{Body: body}}}, Ask{})
		var failure *send.Error
		require.ErrorAs(t, err, &failure)
		assert.Equal(t, want, failure.TooLarge, body)
	}
	// The page of an item stays as large as it is, however short the list.
	s.Page.MaxRecords = 2
	s.Expand = ExpandSettings{Items: []string{"data"}, Request: request.Settings{URL: "https://api.example/v1/item"}}
	c := &script{answers: []any{&send.Response{Body: twoRecords}, &send.Error{Class: send.ClassData, TooLarge: true, Err: errors.New("large")}}}
	_, err := get(t, s, c, Ask{})
	var failure *send.Error
	require.ErrorAs(t, err, &failure)
	assert.False(t, failure.TooLarge)
	assert.True(t, strings.HasPrefix(err.Error(), "`expand`: "), err)
}
