// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// origin is scheme, host and port in the one spelling that is compared.
type origin struct{ scheme, host, port string }

// originOf reads the origin of a URL that may come from a vendor.
func originOf(u *url.URL) (origin, error) {
	switch {
	case u == nil || u.Host == "" || u.Opaque != "":
		return origin{}, errors.New("it is not an absolute URL")
	case u.User != nil:
		return origin{}, errors.New("it has a user or password in it")
	}
	o := origin{scheme: strings.ToLower(u.Scheme)}
	var err error
	if o.port, err = portOf(o.scheme, u.Port()); err != nil {
		return origin{}, err
	}
	o.host, err = hostOf(u.Hostname())
	return o, err
}

func portOf(scheme, port string) (string, error) {
	switch {
	case scheme != "https" && scheme != "http":
		return "", errors.New("its scheme is not https or http")
	case port == "" && scheme == "https":
		return "443", nil
	case port == "":
		return "80", nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", errors.New("its port is not a number")
	}
	return strconv.FormatUint(n, 10), nil
}

// hostOf normalises a host name: lower case, one trailing dot removed,
// international names in ASCII with the mapping that net/http applies when it
// dials, addresses in canonical form. What it can't read it refuses.
func hostOf(host string) (string, error) {
	if !isASCII(host) {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return "", errors.New("its host is not a valid name")
		}
		host = ascii
	}
	host = strings.ToLower(host)
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.String(), nil
	}
	host = strings.TrimSuffix(host, ".")
	if _, err := netip.ParseAddr(host); err == nil {
		// It would be looked up as a name.
		return "", errors.New("its host is an address with a dot at its end")
	}
	for i := range len(host) {
		if c := host[i]; c != '.' && c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return "", errors.New("its host is not a valid name")
		}
	}
	if host == "" {
		return "", errors.New("its host is empty")
	}
	return host, nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// loopback reports whether the origin is this machine by its spelling; no name
// is looked up.
func (o origin) loopback() bool {
	if o.host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(o.host)
	return err == nil && addr.IsLoopback()
}

var errPlainHTTP = errors.New("plain http would send the credentials in the clear; use https, or set `allow_http: true`")

// guard is the origin rule: which URLs may be asked, and so see credentials.
type guard struct {
	endpoint origin
	hosts    []hostPort
	anyHTTP  bool
}

type hostPort struct{ host, port string }

func newGuard(s Settings) (*guard, error) {
	o, err := originOf(s.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("`endpoint`: %w", err)
	}
	if o.scheme == "http" && !s.AllowHTTP && !o.loopback() {
		return nil, fmt.Errorf("`endpoint`: %w", errPlainHTTP)
	}
	g := &guard{endpoint: o, anyHTTP: s.AllowHTTP}
	for _, h := range s.AllowedHosts {
		u, err := url.Parse("https://" + h)
		if strings.Contains(h, "@") { // not quoted: what stands before it may be a password
			return nil, errors.New("`allowed_hosts`: an entry has a user or password in it; write the host alone")
		}
		if err != nil || u.Host != h {
			return nil, fmt.Errorf("`allowed_hosts`: %q is not a host or host:port", h)
		}
		allowed, err := originOf(u)
		if err != nil {
			return nil, fmt.Errorf("`allowed_hosts`: %q: %w", h, err)
		}
		port := ""
		if u.Port() != "" {
			port = allowed.port
		}
		g.hosts = append(g.hosts, hostPort{allowed.host, port})
	}
	return g, nil
}

// check returns nil if the URL may be asked.
func (g *guard) check(u *url.URL) error {
	o, err := originOf(u)
	if err != nil {
		return fmt.Errorf("URL refused: %w", err)
	}
	if o == g.endpoint {
		return nil
	}
	if o.scheme != "https" && g.endpoint.scheme == "https" {
		return errors.New("URL refused: it leaves https")
	}
	for _, h := range g.hosts {
		if !h.matches(o) {
			continue
		}
		if o.scheme != "https" && !g.anyHTTP && !o.loopback() {
			return errors.New("URL refused: an allowed host needs https")
		}
		return nil
	}
	return fmt.Errorf("URL refused: %s://%s is not the endpoint and not in `allowed_hosts`", o.scheme, clip(net.JoinHostPort(o.host, o.port), 120))
}

// matches compares host and port; an entry without port means the default one.
func (h hostPort) matches(o origin) bool {
	if h.host != o.host {
		return false
	}
	if h.port != "" {
		return h.port == o.port
	}
	standard, _ := portOf(o.scheme, "")
	return o.port == standard
}

// clip cuts a text that may be long; it holds ASCII only.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return s[:limit] + "..."
}
