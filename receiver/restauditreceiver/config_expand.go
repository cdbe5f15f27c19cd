// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"errors"
	"fmt"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/request"
)

// ExpandConfig is a collection in two steps: the endpoint lists items, and a
// further request for each item, or for several together, gets the records.
// `response` describes the answers of the second step, `pagination` the list.
type ExpandConfig struct {
	// Items is the path of the list's array of items; "@this" = the root.
	Items Paths `mapstructure:"items,omitempty"`
	// ItemsOptional takes a missing array as an empty list.
	ItemsOptional bool `mapstructure:"items_optional,omitempty"`
	// URLPath is the path of the URL inside an item, absolute or relative.
	URLPath string `mapstructure:"url_path,omitempty"`
	// URL is the URL of the further request; it may hold {item}.
	URL string `mapstructure:"url,omitempty"`
	// ItemPath is the path of what {item} stands for. Default: the item itself.
	ItemPath string `mapstructure:"item_path,omitempty"`
	// Method, Query, Headers and Body are those of the further request. Body may
	// hold {items}, a JSON array of the values of a batch.
	Method  string          `mapstructure:"method,omitempty"`
	Query   map[string]Text `mapstructure:"query,omitempty"`
	Headers map[string]Text `mapstructure:"headers,omitempty"`
	Body    string          `mapstructure:"body,omitempty"`
	// Batch is how many items go into one request. Default 1.
	Batch int `mapstructure:"batch,omitempty"`
	// Parallel is how many requests run at once. Default 4.
	Parallel int `mapstructure:"parallel,omitempty"`
	_        struct{}
}

func (e *ExpandConfig) validate() error {
	switch {
	case e == nil:
		return nil
	case len(e.Items) == 0:
		return errors.New("`expand::items` is missing: write the path of the list's array of items, or @this")
	case e.URLPath == "" && e.URL == "":
		return errors.New("`expand` needs `url_path`, the path of the URL inside an item, or `url`")
	case e.URLPath != "" && e.URL != "":
		return errors.New("`expand::url_path` and `expand::url` are set: keep one of them")
	case e.Batch < 0 || e.Parallel < 0 || e.Parallel > 32:
		return errors.New("`expand::batch` must not be negative, and `expand::parallel` must be from 1 to 32")
	case e.Batch > 1 && !strings.Contains(e.Body, "{items}"):
		return errors.New("`expand::batch` needs {items} in `expand::body`")
	}
	return nil
}

// mentions tells whether a placeholder stands in the further request.
func (e *ExpandConfig) mentions(placeholder string) bool {
	if e == nil {
		return false
	}
	found := strings.Contains(e.URL+"\n"+e.Body, placeholder)
	for _, m := range []map[string]Text{e.Query, e.Headers} {
		for _, v := range m {
			found = found || strings.Contains(string(v), placeholder)
		}
	}
	return found
}

// expandSettings are the settings of the second step.
func (c *Config) expandSettings() (fetch.ExpandSettings, error) {
	e := c.Expand
	if e == nil {
		return fetch.ExpandSettings{}, nil
	}
	item := func(text string) string { return strings.ReplaceAll(text, "{item}", "{params.item}") }
	items := func(m map[string]Text) map[string]string {
		out := texts(m)
		for k, v := range out {
			out[k] = item(v)
		}
		return out
	}
	s := fetch.ExpandSettings{
		Items: e.Items, ItemsOptional: e.ItemsOptional, URL: e.URLPath, Value: e.ItemPath,
		Batch: e.Batch, Parallel: e.Parallel, MaxBytes: int(c.Limits.MaxPageBytes) / 2,
		Request: request.Settings{
			Method: e.Method, URL: item(e.URL), URLKey: "expand::url", Query: items(e.Query), Headers: items(e.Headers),
			Body: item(e.Body), Params: c.params(),
		},
	}
	if s.Parallel == 0 {
		s.Parallel = 4
	}
	if s.Request.URL == "" {
		s.Request.URL, s.Request.URLKey = c.ClientConfig.Endpoint, "endpoint" // replaced by the item's own
	}
	trial := s.Request
	trial.Params = c.params()
	if trial.Params == nil {
		trial.Params = map[string]string{}
	}
	trial.Params["item"] = "1"
	trial.Body = strings.ReplaceAll(trial.Body, "{items}", "[]")
	if _, err := request.New(trial); err != nil {
		return s, fmt.Errorf("`expand`: %w", err)
	}
	return s, nil
}
