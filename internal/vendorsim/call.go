// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one request on its way through a vendor.
type call struct {
	*vendor
	r         *http.Request
	base      string // scheme, host and prefix, for links
	prefix    string // "/okta", or "" on a host of the vendor's own
	path      string // below the prefix
	query     url.Values
	malformed string // what is wrong with the query as such
	body      []byte // of the request
	now       time.Time
	seq       int // number of the request at this vendor, from 1
	quota     quota
	limited   bool // over the quota, or before the told end of a rate limit
	lenient   bool
	gzip      bool

	expire  bool // fault: every cursor is refused
	maxPage int  // fault or option: at most this many events
	shorten bool // fault: about half a page
}

// maxRequestBody bounds what a client can send.
const maxRequestBody = 1 << 20

var errBody = errors.New("request body can't be read")

func (s *Sim) newCall(r *http.Request, v *vendor, prefix string) (*call, error) {
	c := &call{
		vendor: v, r: r, prefix: prefix, path: strings.TrimPrefix(r.URL.Path, prefix),
		now: s.opts.Now().UTC(), lenient: s.opts.Lenient, maxPage: v.opts.MaxPage, gzip: s.opts.Gzip || v.gzip,
	}
	c.base = s.opts.BaseURL
	if c.base == "" {
		c.base = "http://" + r.Host
		if r.TLS != nil {
			c.base = "https://" + r.Host
		}
	}
	c.base += prefix
	var err error
	if c.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		c.malformed = "malformed query string"
	}
	if r.Body != nil {
		if c.body, err = io.ReadAll(io.LimitReader(r.Body, maxRequestBody)); err != nil {
			return nil, errBody
		}
	}
	return c, nil
}

// unknown names a query parameter that is not among the allowed ones, or comes twice; "" when all is well, or when the
// simulator is lenient.
func (c *call) unknown(allowed ...string) string {
	if c.lenient {
		return ""
	}
	for name, values := range c.query {
		if !slices.Contains(allowed, name) {
			return "unknown parameter " + strconv.Quote(name)
		}
		if len(values) > 1 {
			return "repeated parameter " + strconv.Quote(name)
		}
	}
	return ""
}

// number reads a whole-number parameter; def when absent. ok is false outside [lo, hi].
func (c *call) number(name string, def, lo, hi int) (n int, ok bool) {
	text := c.query.Get(name)
	if !c.query.Has(name) {
		return def, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= lo && n <= hi
}

// instant reads an RFC 3339 parameter, with or without fraction; the zero time when absent.
func (c *call) instant(name string) (t time.Time, ok bool) {
	if !c.query.Has(name) {
		return time.Time{}, true
	}
	t, err := time.Parse(time.RFC3339Nano, c.query.Get(name))
	return t, err == nil
}

// size is how many of the asked events the vendor is ready to serve.
func (c *call) size(asked int) int {
	if c.shorten {
		asked = (asked + 1) / 2
	}
	return min(asked, c.maxPage)
}

// records appends events as JSON objects with commas between them.
func (c *call) records(dst []byte, events []int) []byte {
	for k, i := range events {
		if k > 0 {
			dst = append(dst, ',')
		}
		before := len(dst)
		dst = c.appendBody(dst, i)
		if k == 0 { // the others are about as long
			dst = slices.Grow(dst, (len(dst)-before+16)*len(events))
		}
	}
	return dst
}
