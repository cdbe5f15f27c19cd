// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request_test

import (
	"context"
	"fmt"

	"github.com/restaudit/otelcol-audit/internal/request"
)

// A source that is asked by an expression, page by page. The cursor is left out
// as long as there is none.
func ExampleBuilder_Build() {
	b, err := request.New(request.Settings{
		URL:    "https://api.{params.region}.vendor.example/v1/audit",
		Params: map[string]string{"region": "eu"},
		Query:  map[string]string{"phrase": "created:>={start}"},
		Place:  []request.Param{{Name: "after", Value: "{cursor}"}, {Name: "limit", Value: "{page_size}"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, cursor := range []string{"", "a+b/c=="} {
		req, err := b.Build(context.Background(), request.Values{Start: "2026-01-01T00:00:00+02:00", Cursor: cursor, PageSize: 100})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(req.Method, req.URL)
	}
	// Output:
	// GET https://api.eu.vendor.example/v1/audit?limit=100&phrase=created%3A%3E%3D2026-01-01T00%3A00%3A00%2B02%3A00
	// GET https://api.eu.vendor.example/v1/audit?after=a%2Bb%2Fc%3D%3D&limit=100&phrase=created%3A%3E%3D2026-01-01T00%3A00%3A00%2B02%3A00
}
