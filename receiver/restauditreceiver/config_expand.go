// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

// ExpandConfig is a collection in two steps: the endpoint lists items, and a
// further request for each item, or for several together, gets the records.
// `response` describes the answers of the second step, `pagination` the list.
// The texts of the further request may hold {item}, {item.NAME} with the path of
// a value in the item, {start}, {end} and the placeholders of its pagination.
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
	// Pagination is how the further request pages: the keys of `pagination`.
	Pagination PaginationConfig `mapstructure:"pagination,omitempty"`
	// Attributes map attribute names to paths in the item: each record gets those
	// of the item that it belongs to.
	Attributes map[string]Paths `mapstructure:"attributes,omitempty"`
	// Batch is how many items go into one request. Default 1.
	Batch int `mapstructure:"batch,omitempty"`
	// Parallel is how many requests run at once. Default 4.
	Parallel int `mapstructure:"parallel,omitempty"`
	_        struct{}
}

// expandDefaults puts the defaults of a second step under the keys that follow,
// if there is one.
func (c *Config) expandDefaults(conf *confmap.Conf) {
	if _, written := conf.Get("expand").(map[string]any); written && c.Expand == nil {
		c.Expand = &ExpandConfig{Pagination: defaultPagination()}
	}
}

// validateExpand checks the second step, if there is one.
func (c *Config) validateExpand() error {
	e := c.Expand
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
	case e.Batch > 1 && (len(e.Attributes) > 0 || e.mentions("{item.")):
		return errors.New("`expand::batch` is more than 1: neither {item.NAME} nor `expand::attributes` can say which item is meant")
	case e.Pagination.Persistent:
		return errors.New("`expand::pagination::persistent` is not possible: the position that is kept is that of the list")
	}
	var errs []error
	for name := range e.Attributes {
		if _, twice := c.Attributes[name]; twice || reservedAttribute(name) {
			errs = append(errs, fmt.Errorf("`expand::attributes::%s` is set already; choose another name", name))
		}
	}
	errs = append(errs, checkPaths(e.paths())...)
	if e.Pagination.Type != "" {
		for _, err := range c.detail().validatePagination() {
			errs = append(errs, fmt.Errorf("`expand`: %w", err))
		}
	}
	return errors.Join(errs...)
}

// paths are all of them, by their keys.
func (e *ExpandConfig) paths() map[string]Paths {
	all := map[string]Paths{"expand::items": e.Items}
	for key, path := range map[string]string{"url_path": e.URLPath, "item_path": e.ItemPath} {
		if path != "" {
			all["expand::"+key] = Paths{path}
		}
	}
	for name, paths := range e.Attributes {
		all["expand::attributes::"+name] = paths
	}
	for key, paths := range e.Pagination.paths() {
		all["expand::pagination::"+key] = paths
	}
	return all
}

// detail is the second step as a source of its own.
func (c *Config) detail() *Config {
	e := c.Expand
	one := *c
	one.Expand, one.Pagination = nil, e.Pagination
	one.ClientConfig.Endpoint = e.URL
	one.Request = RequestConfig{Method: e.Method, Query: e.Query, Headers: e.Headers, Body: e.Body}
	return &one
}

// mentions tells whether a placeholder stands in the further request.
func (e *ExpandConfig) mentions(placeholder string) bool {
	return e != nil && slices.ContainsFunc(e.texts(), func(text string) bool { return strings.Contains(text, placeholder) })
}

// texts are all templates of the further request.
func (e *ExpandConfig) texts() []string {
	texts := []string{e.URL, e.Body}
	for _, m := range []map[string]Text{e.Query, e.Headers} {
		for _, v := range m {
			texts = append(texts, string(v))
		}
	}
	return texts
}
