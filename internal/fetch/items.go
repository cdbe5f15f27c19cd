// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
)

// itemValues are what the templates know about the items: params, which are data
// whatever they hold. They never become a part of a template.
type itemValues struct {
	params map[string]string
	// texts are the names of those that were texts.
	texts []string
	// braces tells whether the value of one item holds any.
	braces bool
}

// values reads them. In a batch {item} is the first one.
func (s ExpandSettings) values(items []page.Record) (itemValues, error) {
	v := itemValues{params: map[string]string{}}
	for i := range s.Values {
		if err := v.add(itemParam+"_"+strconv.Itoa(i), items[0].Fields[2+i]); err != nil {
			return v, err
		}
	}
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = s.id(item).Text()
	}
	v.params[itemsParam] = jsonArray(ids)
	return v, v.add(itemParam, s.id(items[0]))
}

// id is what {item} stands for: nothing, where the item is an object and
// {item.NAME} is what is meant.
func (s ExpandSettings) id(item page.Record) page.Value {
	if s.Value == "" && item.Fields[0].Kind == page.Object {
		return page.Value{}
	}
	return item.Fields[0]
}

func (v *itemValues) add(name string, value page.Value) error {
	if value.Kind == page.Object {
		return errors.New("an item's value is an object: it is no id; set `item_path`")
	}
	text := value.Text()
	v.params[name] = text
	v.braces = v.braces || strings.ContainsAny(text, "{}")
	if value.Kind == page.String {
		v.texts = append(v.texts, name)
	}
	return nil
}

// itemURL is the URL inside of an item.
func itemURL(base *url.URL, item page.Record, path string) (*url.URL, error) {
	ref := item.Fields[1].Text()
	if ref == "" {
		return nil, fmt.Errorf("an item has no URL at %q", path)
	}
	absolute, err := paging.Resolve(base, ref)
	if err != nil {
		return nil, err
	}
	own, err := url.Parse(absolute)
	if err != nil {
		return nil, errors.New("an item's URL can't be read")
	}
	return own, nil
}

// literal writes text as a template without placeholders.
func literal(text string) string {
	return strings.NewReplacer("{", "%7B", "}", "%7D").Replace(text)
}
