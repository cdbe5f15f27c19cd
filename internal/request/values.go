// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const paramPrefix = "params."

// runtimeNames are the placeholders whose value changes from request to request.
var runtimeNames = []string{"start", "end", "cursor", "offset", "page", "page_size", "last_id"}

// numericNames are those of them that are numbers in JSON.
var numericNames = []string{"offset", "page", "page_size"}

func isRuntimeName(name string) bool { return slices.Contains(runtimeNames, name) }

// Values is what one request asks for. An empty string and a zero PageSize mean
// "no value"; offset and page may be 0, so each has a flag of its own.
type Values struct {
	Start, End string // bounds of the window, in the vendor's format
	Cursor     string // the vendor's pagination token, exactly as it came
	LastID     string // id of the last record of the page before
	Offset     int64
	Page       int64
	PageSize   int64
	HasOffset  bool
	HasPage    bool

	// Follow says that this isn't the first request of a walk, so that
	// Settings.Next is used if there is one.
	Follow bool

	// Texts are the names of params that are one text. In a JSON body such a text
	// is no array and no object, even if it could be read as one.
	Texts []string

	// URL, if set, is asked exactly as it is (link and next_url paging).
	// Method, headers and body still come from the templates; the query
	// parameters of the templates are not added.
	URL *url.URL
}

// lookup returns the text of a runtime placeholder, "" if it has no value.
func (v *Values) lookup(name string) string {
	switch name {
	case "start":
		return v.Start
	case "end":
		return v.End
	case "cursor":
		return v.Cursor
	case "last_id":
		return v.LastID
	case "offset":
		return number(v.Offset, v.HasOffset)
	case "page":
		return number(v.Page, v.HasPage)
	case "page_size":
		return number(v.PageSize, v.PageSize > 0)
	default:
		return ""
	}
}

func number(n int64, has bool) string {
	if !has {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// unknownName is the error for a placeholder that doesn't exist; it lists those
// that do, because a typing error is the likely cause.
func unknownName(name string, params map[string]string) error {
	if key, isParam := strings.CutPrefix(name, paramPrefix); isParam {
		return fmt.Errorf("unknown placeholder {%s}: write `%s` under `params`%s", name, key, given(params))
	}
	known := slices.Clone(runtimeNames)
	for _, key := range slices.Sorted(maps.Keys(params)) {
		known = append(known, paramPrefix+key)
	}
	return fmt.Errorf("unknown placeholder {%s}; known: {%s}; write {{%s}} for the plain text",
		name, strings.Join(known, "}, {"), name)
}

// given lists the parameters that there are, for whoever has mistyped one.
func given(params map[string]string) string {
	if len(params) == 0 {
		return ""
	}
	return ", which has " + strings.Join(slices.Sorted(maps.Keys(params)), ", ")
}
