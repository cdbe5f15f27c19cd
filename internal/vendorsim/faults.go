// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SetFault sets a fault of one vendor, or of all for "" and "*". It replaces the fault of the same kind; Prob and Next
// both 0 remove it.
func (s *Sim) SetFault(vendor string, f Fault) error {
	if err := f.check(); err != nil {
		return err
	}
	if vendor == "" || vendor == "*" {
		for _, v := range s.vendors {
			v.setFault(f, s.opts.Now())
		}
		return nil
	}
	v, ok := s.vendors[vendor]
	if !ok {
		return fmt.Errorf("%w: unknown vendor %q", ErrFault, vendor)
	}
	v.setFault(f, s.opts.Now())
	return nil
}

// ClearFaults removes all faults of one vendor, or of all for "" and "*". A vendor that is closed by a rate limit
// stays closed until the told time; events that are late stay late.
func (s *Sim) ClearFaults(vendor string) {
	for name, v := range s.vendors {
		if vendor != "" && vendor != "*" && vendor != name {
			continue
		}
		for _, k := range Kinds() {
			v.setFault(Fault{Kind: k}, s.opts.Now())
		}
	}
}

// Faults lists the faults of a vendor that are set.
func (s *Sim) Faults(vendor string) []Fault {
	v, ok := s.vendors[vendor]
	if !ok {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.faults.active)
}

func (v *vendor) setFault(f Fault, now time.Time) {
	d := v.log.Disorder()
	was := d
	switch f.Kind {
	case FaultLate:
		d.LateFraction, d.LateMax = f.Prob, f.delay()
	case FaultDuplicates:
		d.DuplicateFraction = f.Prob
	}
	if d != was {
		v.log.SetDisorder(d, now)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.faults.set(f)
}

// serverError is a failure of the vendor or of something in front of it.
func (c *call) serverError() reply {
	switch mix(c.key, uint64(c.seq), saltStatus) % 4 {
	case 0:
		return c.refuse(c, broken, "")
	case 1:
		return htmlReply(http.StatusBadGateway, "<html><head><title>502 Bad Gateway</title></head><body></body></html>")
	case 2:
		r := jsonReply(http.StatusServiceUnavailable, `{"message":"Service Unavailable"}`)
		r.header.Set("Retry-After", "1")
		return r
	default:
		return htmlReply(http.StatusGatewayTimeout, "<html><head><title>504 Gateway Time-out</title></head><body></body></html>")
	}
}

// loginPage is what a single sign-on or a captive portal sends in place of the API. It contains JSON on purpose: a
// lenient search for the events must not take it for an empty page.
func loginPage() reply {
	return htmlReply(http.StatusOK, `<!DOCTYPE html>
<html><head><title>Sign in</title><script>var state = {"events":[],"data":[],"entries":[],"has_more":false};</script></head>
<body><form action="/login" method="post"><input name="user"><input name="password" type="password"></form></body></html>
`)
}

func htmlReply(status int, body string) reply {
	return reply{status: status, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, body: []byte(body)}
}

// FaultSetting is a fault with the vendor that it is meant for; "" is every vendor.
type FaultSetting struct {
	Vendor string
	Fault  Fault
}

// ParseFaults reads faults as a command line writes them: `[vendor.]kind=prob[@delay]`, joined by commas, as in
// `rate_limit=0.1@5s,okta.late=0.02@10m`.
func ParseFaults(text string) ([]FaultSetting, error) {
	var out []FaultSetting
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		name, value, ok := strings.Cut(item, "=")
		if !ok {
			return nil, fmt.Errorf("%w: %q has no =", ErrFault, item)
		}
		vendor, kind, ok := strings.Cut(name, ".")
		if !ok {
			vendor, kind = "", name
		}
		f := Fault{Kind: Kind(kind)}
		prob, delay, ok := strings.Cut(value, "@")
		var err error
		if f.Prob, err = strconv.ParseFloat(prob, 64); err != nil {
			return nil, fmt.Errorf("%w: %q: %w", ErrFault, item, err)
		}
		if ok {
			if f.Delay, err = time.ParseDuration(delay); err != nil {
				return nil, fmt.Errorf("%w: %q: %w", ErrFault, item, err)
			}
		}
		if err := f.check(); err != nil {
			return nil, err
		}
		out = append(out, FaultSetting{Vendor: vendor, Fault: f})
	}
	return out, nil
}
