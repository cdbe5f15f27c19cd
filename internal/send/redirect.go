// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"errors"
	"net/http"
	"net/url"
)

// maxRedirects bounds a chain; a loop ends here too.
const maxRedirects = 5

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirect returns the URL to ask next. net/http must not do this itself: it
// would carry custom credential headers, and those that a RoundTripper adds, to
// any host that the vendor's answer names.
func (c *Client) redirect(method string, from *url.URL, resp *http.Response, hop int) (*url.URL, error) {
	refuse := func(why string) error {
		return &Error{Class: ClassConfig, Status: resp.StatusCode, Err: errors.New(why)}
	}
	switch {
	case method != http.MethodGet:
		return nil, refuse("redirect refused: only GET requests are redirected")
	case hop >= maxRedirects:
		return nil, refuse("redirect refused: more than 5 in a row")
	}
	location, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || resp.Header.Get("Location") == "" {
		return nil, refuse("redirect refused: no valid Location")
	}
	next := from.ResolveReference(location)
	next.Fragment, next.RawFragment = "", ""
	if err := c.guard.check(next); err != nil {
		return nil, &Error{
			Class: ClassConfig, Status: resp.StatusCode, Err: c.clean(err),
			Hint: "the vendor redirects elsewhere: correct `endpoint`, or add the host to `allowed_hosts` if it is the vendor's",
		}
	}
	return next, nil
}
