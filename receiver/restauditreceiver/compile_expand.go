// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/request"
)

// itemValue is {item.PATH}.
var itemValue = regexp.MustCompile(`\{item\.([^{}]+)\}`)

// itemPaths are the paths in an item that the further request names, sorted.
func (e *ExpandConfig) itemPaths() []string {
	var paths []string
	for _, text := range e.texts() {
		for _, found := range itemValue.FindAllStringSubmatch(text, -1) {
			paths = append(paths, found[1])
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// expandSettings are the settings of the second step.
func (c *Config) expandSettings() (fetch.ExpandSettings, error) {
	e := c.Expand
	if e == nil {
		return fetch.ExpandSettings{}, nil
	}
	paths := e.itemPaths()
	pairs := []string{"{item}", "{params.item}"}
	for i, path := range paths {
		if err := page.CheckPath(path); err != nil {
			return fetch.ExpandSettings{}, fmt.Errorf("`expand`: {item.%s}: %w", path, err)
		}
		pairs = append(pairs, "{item."+path+"}", "{params.item_"+strconv.Itoa(i)+"}")
	}
	known := strings.NewReplacer(pairs...)
	all := func(m map[string]Text) map[string]string {
		out := texts(m)
		for k, v := range out {
			out[k] = known.Replace(v)
		}
		return out
	}
	detail := c.detail()
	s := fetch.ExpandSettings{
		Items: e.Items, ItemsOptional: e.ItemsOptional, URL: e.URLPath, Value: e.ItemPath, Values: paths,
		Batch: e.Batch, Parallel: e.Parallel, MaxBytes: int(c.Limits.MaxPageBytes) / 2, Pager: detail.pager(),
		Request: request.Settings{
			Method: e.Method, URL: known.Replace(e.URL), URLKey: "expand::url", Query: all(e.Query), Headers: all(e.Headers),
			Body: strings.ReplaceAll(known.Replace(e.Body), "{items}", "{params.item-list}"), Params: c.params(), Place: append(detail.limitParam(), detail.positionParams()...),
		},
	}
	for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
		s.Attributes = append(s.Attributes, e.Attributes[name])
	}
	if s.Parallel == 0 {
		s.Parallel = 4
	}
	if s.Request.URL == "" {
		s.Request.URL, s.Request.URLKey = c.ClientConfig.Endpoint, "endpoint" // replaced by the item's own
	}
	return s, tryExpand(s)
}

// tryExpand writes a further request for an item that has everything.
func tryExpand(s fetch.ExpandSettings) error {
	trial := s.Request
	trial.Params = map[string]string{"item": "1", "item-list": "[]"}
	for i := range s.Values {
		trial.Params["item_"+strconv.Itoa(i)] = "1"
	}
	maps.Copy(trial.Params, s.Request.Params)
	if _, err := request.New(trial); err != nil {
		return fmt.Errorf("`expand`: %w", err)
	}
	return nil
}
