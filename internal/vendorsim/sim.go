// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Sim is a set of simulated vendors. It is an http.Handler that serves each vendor under its name as the first path
// segment (/okta/api/v1/logs), or without that segment when the first label of the host is its name
// (https://okta.example/api/v1/logs). /_sim/ is for the tests: see [Sim.Shown] and [Sim.SetFault] for the same in Go.
// Safe for concurrent use; the results are deterministic when requests come one after the other.
type Sim struct {
	opts    Options
	vendors map[string]*vendor
}

// New makes a simulator.
func New(opts Options) *Sim {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Sim{opts: opts, vendors: map[string]*vendor{}}
	for _, p := range profiles() {
		o, ok := opts.Vendors[p.name]
		if !ok {
			o = opts.Defaults
		}
		s.vendors[p.name] = newVendor(p, o, opts.Seed, opts.Now())
	}
	return s
}

// Vendors lists the names of the vendors, sorted.
func (s *Sim) Vendors() []string {
	names := make([]string, 0, len(s.vendors))
	for name := range s.vendors {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// ServeHTTP implements http.Handler.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/_sim/"); ok {
		s.serveAdmin(w, r, rest)
		return
	}
	label, _, _ := strings.Cut(r.Host, ".")
	if v, ok := s.vendors[label]; ok {
		s.serve(w, r, v, "")
		return
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if v, ok := s.vendors[name]; ok {
		s.serve(w, r, v, "/"+name)
		return
	}
	http.NotFound(w, r)
}

// Handler serves one vendor at the root of a host of its own; nil for an unknown vendor.
func (s *Sim) Handler(name string) http.Handler {
	v, ok := s.vendors[name]
	if !ok {
		return nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, v, "") })
}

// serve answers one request to a vendor whose paths begin after prefix.
func (s *Sim) serve(w http.ResponseWriter, r *http.Request, v *vendor, prefix string) {
	c, err := s.newCall(r, v, prefix)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f := v.admit(c)
	s.deliver(w, c, c.respond(f), f)
}

// respond makes the reply that the fault leaves.
func (c *call) respond(f Fault) reply {
	if c.limited {
		return c.refuse(c, tooMany, "")
	}
	switch f.Kind {
	case FaultServerError:
		return c.serverError()
	case FaultHTML:
		return loginPage()
	case FaultUnauthorized:
		return c.refuse(c, badCredentials, "")
	case FaultErrorPayload:
		return c.refuse(c, failedOK, "")
	case FaultEmptyBody:
		return jsonReply(http.StatusOK, "")
	case FaultExpiredCursor:
		c.expire = true
	case FaultEmptyPage:
		c.maxPage = 0
	case FaultShortPage:
		c.shorten = true
	}
	if bad := c.malformed; bad != "" {
		return c.refuse(c, badRequest, bad)
	}
	return c.answer(c)
}
