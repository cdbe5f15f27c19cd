// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync"

	"golang.org/x/net/publicsuffix"
)

// What a vendor may make us keep and send back. net/http's jar has no bound.
const (
	maxCookies     = 50
	maxCookieBytes = 16 << 10
)

// smallJar keeps the vendor's cookies until they are too many. Then it forgets
// all of them, and the vendor begins a new session. It is safe for concurrent
// use.
type smallJar struct {
	// mu guards everything below.
	mu    sync.Mutex
	jar   http.CookieJar
	sizes map[string]int // by what makes a cookie another one
	bytes int
}

func newSmallJar() (*smallJar, error) {
	j := &smallJar{}
	return j, j.forget()
}

func (j *smallJar) forget() (err error) {
	j.jar, err = cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
	j.sizes, j.bytes = map[string]int{}, 0
	return err
}

// SetCookies implements http.CookieJar.
func (j *smallJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range cookies {
		key := u.Host + "\n" + c.Domain + "\n" + c.Path + "\n" + c.Name
		size := len(key) + len(c.Value)
		if size > maxCookieBytes {
			continue
		}
		_, known := j.sizes[key]
		if full := !known && len(j.sizes) == maxCookies || j.bytes-j.sizes[key]+size > maxCookieBytes; full && j.forget() != nil {
			return
		}
		j.bytes += size - j.sizes[key]
		j.sizes[key] = size
		j.jar.SetCookies(u, []*http.Cookie{c})
	}
}

// Cookies implements http.CookieJar.
func (j *smallJar) Cookies(u *url.URL) []*http.Cookie {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.jar.Cookies(u)
}
