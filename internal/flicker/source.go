// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package flicker

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// source converts one source with its destination and its pipeline.
func (c *converter) source(s *source, name, at string) error {
	r := newSection()
	vendor, known := recognise(s)
	if known {
		if err := c.preset(r, s, vendor, at); err != nil {
			return err
		}
	} else if err := c.plain(r, s, at); err != nil {
		return err
	}
	if err := c.filters(r, s, at); err != nil {
		return err
	}
	processors := []string{"memory_limiter"}
	d, err := c.destination(s, name, at)
	if err != nil {
		return err
	}
	if d.documentID {
		r.set("document_id", true, "An event that is sent again after a crash replaces itself in Elasticsearch.")
	}
	if d.processor != "" {
		processors = append(processors, d.processor)
	}
	if len(s.Masking.Content) > 0 {
		c.warn(at+".masking", "masking is not converted: events stay as the vendor wrote them; to change them use the redaction or transform processor")
	}
	c.receivers.set("restaudit/"+name, r)
	c.pipelines.set("logs/"+name, flow("receivers", []string{"restaudit/" + name}, "processors", processors, "exporters", []string{d.exporter}))
	return nil
}

// plain converts a source of an unknown vendor, key by key.
func (c *converter) plain(r section, s *source, at string) error {
	r.set("endpoint", text(s.Endpoint))
	if err := c.credentials(r, s, at, ""); err != nil {
		return err
	}
	c.common(r, s)
	if err := c.timeFilter(r, s, at); err != nil {
		return err
	}
	if err := c.paging(r, s, at); err != nil {
		return err
	}
	c.response(r, s, at)
	return nil
}

// common are the keys that each source has.
func (c *converter) common(r section, s *source) {
	r.set("storage", c.storageID)
	r.set("poll_interval", time.Duration(s.PollingFrequencyMS)*time.Millisecond)
}

func (c *converter) timeFilter(r section, s *source, at string) error {
	if s.TimeFilterParam == "" {
		c.warn(at, "without `time_filter_param` each poll reads the whole log again; what was delivered is not delivered twice, but each poll costs as much as all")
		return nil
	}
	format := s.TimeFilterFormat
	switch format {
	case "", "rfc3339":
		format = "rfc3339"
	case "iso8601", "unix", "unix_ms":
	default:
		return c.errorf(at+".time_filter_format", "Flicker has no format %q: it has rfc3339, iso8601, unix and unix_ms", format)
	}
	r.set("time_filter", flow("start_param", text(s.TimeFilterParam), "format", format),
		"Each poll looks back by `overlap` (5m) for events that the vendor shows late, and asks from one unit earlier "+
			"unless `bounds: inclusive` says that it need not. Flicker asked from the newest event on, and skipped "+
			"what was not newer: late events and ties were lost.")
	return nil
}

func (c *converter) response(r section, s *source, at string) {
	records := "@this"
	var comments []string
	if s.ResultsField == "" {
		comments = append(comments, c.warn(at+".results_field", "an array at the root is read here; Flicker looked for a field with an empty name, and got nothing"))
	} else {
		records = fieldPath(s.ResultsField)
	}
	if s.TimestampField == "" {
		comments = append(comments, c.warn(at, "`timestamp_field` is missing: events get the time at which they were polled"))
	}
	comments = append(comments, "`id`, the path of the event's id at the vendor, is worth adding: without it a hash of the event stands for it.")
	response := newSection()
	response.node.Style = flow().node.Style
	response.set("records", records)
	if s.TimestampField != "" {
		response.set("timestamp", fieldPath(s.TimestampField))
	}
	if s.MessageField != "" {
		response.set("message", fieldPath(s.MessageField))
		comments = append(comments, "Flicker sent `message_field` alone; here the whole event is sent. `body: message` would send the message alone.")
	}
	r.set("response", response, comments...)
}

// filters converts match_on and exclude_on.
func (c *converter) filters(r section, s *source, at string) error {
	for _, list := range []struct {
		key   string
		texts []string
	}{{"match_on", s.MatchOn}, {"exclude_on", s.ExcludeOn}} {
		if len(list.texts) == 0 {
			continue
		}
		escaped := make([]string, len(list.texts))
		for i, expression := range list.texts {
			if _, err := regexp.Compile(expression); err != nil {
				return c.errorf(at+"."+list.key, "the regular expression %q is not one of Go's: %v", expression, err)
			}
			escaped[i] = text(expression)
		}
		r.set(list.key, escaped)
	}
	if s.MessageField != "" && len(s.MatchOn)+len(s.ExcludeOn) > 0 {
		c.warn(at, "Flicker applied `match_on` and `exclude_on` to `message_field` alone; here they apply to the whole event, as its documentation shows them. For the message alone add `match_path: "+s.MessageField+"`")
	}
	return nil
}

// credentials converts how the source authenticates. scheme is what the
// Authorization header of a known vendor begins with; "" if it is not known.
func (c *converter) credentials(r section, s *source, at, scheme string) error {
	headers := maps.Clone(s.Headers)
	authorization := ""
	for name, value := range headers {
		if strings.EqualFold(name, "Authorization") {
			authorization = value
			delete(headers, name)
		}
	}
	cred := c.credential(s, authorization, scheme, at)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if cred.empty() && secretHeader(name) {
			c.secret(at+".headers."+name, headers[name])
			cred.set("api_key", flow("header", name, "value", text(headers[name])))
			delete(headers, name)
		}
	}
	if !cred.empty() {
		var comments []string
		if s.APIKey != "" && authorization == "" && s.Basic == nil && s.Auth == nil && scheme == "" {
			comments = append(comments, c.warn(at+".api_key", "Flicker's documentation says that it sends the key as X-API-Key, the program sent `Authorization: Bearer`: "+
				"if the vendor wants that, write `credentials: {bearer: ...}`, and for a header of another name `api_key: {value: ..., header: NAME}`"))
		}
		r.set("credentials", cred, comments...)
	}
	if scheme == "" {
		c.headers(r, headers)
	}
	return nil
}

// headers keeps the other headers; those that look secret are put where they
// are treated as such.
func (c *converter) headers(r section, headers map[string]string) {
	open, hidden := newSection(), newSection()
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if secretHeader(name) {
			hidden.set(name, text(headers[name]))
		} else {
			open.set(name, text(headers[name]))
		}
	}
	if !hidden.empty() {
		r.set("headers", hidden)
	}
	if !open.empty() {
		request := newSection()
		request.set("headers", open)
		r.set("request", request)
	}
}

func secretHeader(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"auth", "key", "token", "secret", "cookie", "password"},
		func(word string) bool { return strings.Contains(name, word) })
}
