// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// maxRuleDepth bounds the nesting of a body that rules look into.
const maxRuleDepth = 128

// Rule tells one of the vendor's own errors. All conditions that are set must
// hold. A rule with only a Status never applies to what may be a page (isSuccess).
type Rule struct {
	// Status lists the HTTP statuses; empty is any, 2xx included.
	Status []int
	// Path is the gjson path of a value in the body. Alone it matches when the
	// value is there and isn't null, false, "", 0, [] or {}.
	Path string
	// Equals and Contains compare the text of the value at Path. Contains
	// without Path looks at the whole body.
	Equals   string
	Contains string

	// Class is what the error means. "" is ClassData.
	Class Class
	// RetryAfter is a fixed wait; RetryAfterPath the path of a number of
	// seconds in the body. Headers of the vendor win over both.
	RetryAfter     time.Duration
	RetryAfterPath string
}

func (r Rule) check() error {
	switch {
	case r.Class != "" && !r.Class.valid():
		return fmt.Errorf("`class` %q is none: write one of %v", r.Class, classes)
	case r.Equals != "" && r.Path == "":
		return errors.New("`equals` needs a `path`")
	case r.RetryAfter < 0:
		return errors.New("`retry_after` is negative")
	case len(r.Status) == 0 && r.Path == "" && r.Contains == "":
		return errors.New("it has no condition")
	}
	for _, s := range r.Status {
		if s < 200 || s > 599 {
			return fmt.Errorf("`status` %d is not an HTTP status", s)
		}
	}
	return nil
}

// applyRules returns the error of the first rule that matches.
func (c *Client) applyRules(resp *Response, limits Limits) *Error {
	if len(c.settings.Errors) == 0 {
		return nil
	}
	body := resp.Body
	if !shallow(body, maxRuleDepth) {
		body = ""
	}
	for _, r := range c.settings.Errors {
		if !r.matches(resp.Status, body) {
			continue
		}
		v := readVendorError(clip(body, maxErrorBody))
		e := &Error{Class: r.Class, Status: resp.Status, Err: errors.New(c.detail(v)), Header: resp.Header}
		if e.Class == "" {
			e.Class = ClassData
		}
		e.Hint = hints[e.Class]
		e.RetryAfter = c.ruleWait(r, resp, limits, body)
		return e
	}
	return nil
}

func (c *Client) ruleWait(r Rule, resp *Response, limits Limits, body string) time.Duration {
	if wait := c.retryAfter(resp, limits); wait > 0 {
		return wait
	}
	if r.RetryAfterPath != "" {
		if wait, ok := parseSeconds(gjson.Get(body, r.RetryAfterPath).String()); ok {
			return min(wait, c.settings.MaxRetryAfter)
		}
	}
	return min(r.RetryAfter, c.settings.MaxRetryAfter)
}

func (r Rule) matches(status int, body string) bool {
	if len(r.Status) > 0 && !slices.Contains(r.Status, status) {
		return false
	}
	if r.Path == "" {
		if r.Contains == "" {
			return !isSuccess(status)
		}
		return strings.Contains(body, r.Contains)
	}
	value := gjson.Get(body, r.Path)
	switch {
	case r.Equals != "":
		return value.Exists() && value.String() == r.Equals
	case r.Contains != "":
		return strings.Contains(value.String(), r.Contains)
	}
	return truthy(value)
}

func truthy(v gjson.Result) bool {
	switch v.Type {
	case gjson.True:
		return true
	case gjson.Number:
		return v.Num != 0
	case gjson.String:
		return v.Str != ""
	case gjson.JSON:
		inner := strings.TrimSpace(v.Raw[1:max(1, len(v.Raw)-1)])
		return inner != ""
	}
	return false
}

// shallow reports whether brackets nest no deeper than limit. gjson follows
// nesting by recursion in places and would end the process on a hostile body;
// this scan doesn't. It is no validation: the page decoder does that.
func shallow(body string, limit int) bool {
	depth := 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			i = skipString(body, i)
		case '{', '[':
			if depth++; depth > limit {
				return false
			}
		case '}', ']':
			depth--
		}
	}
	return true
}

// skipString returns the index of the quote that ends the string at i.
func skipString(body string, i int) int {
	for i++; i < len(body) && body[i] != '"'; i++ {
		if body[i] == '\\' {
			i++
		}
	}
	return i
}
