// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"
)

var (
	errNeighbour = errors.New("address refused: the name leads to this machine's link or to its cloud's metadata")
	errInternal  = errors.New("address refused: it is not of the public internet, and `deny_private_networks` is set")
)

// Harden makes a transport safe against what the vendor's side decides: the size
// of a response's header, and the address that a name leads to. It changes t,
// which must not have been used yet.
//
// A name never leads to a link-local address or a cloud's metadata service;
// only a URL that spells such an address out does. With denyPrivate nothing
// leads to any address outside of the public internet. The check is made when a
// connection is opened, on the address itself, so a name that changes between
// two lookups gains nothing. A proxy is the operator's own choice and may be
// anywhere; behind one, the proxy decides what is reached.
func Harden(t *http.Transport, denyPrivate bool) { hardenWith(t, denyPrivate, nil) }

// hardenWith lets tests choose what names lead to.
func hardenWith(t *http.Transport, denyPrivate bool, names *net.Resolver) {
	t.MaxResponseHeaderBytes = maxHeaderBytes
	// HTTP/2 as the settings say, whatever the program allows others: redirects are
	// not left to net/http here.
	t.Protocols = nil
	d := &dialer{denyPrivate: denyPrivate, names: names}
	t.DialContext = d.dial
	if proxy := t.Proxy; proxy != nil {
		t.Proxy = func(r *http.Request) (*url.URL, error) {
			u, err := proxy(r)
			if u != nil {
				d.proxies.Store(u.Hostname(), struct{}{})
			}
			return u, err
		}
	}
}

// dialer opens connections to addresses that may be reached.
type dialer struct {
	denyPrivate bool
	names       *net.Resolver
	proxies     sync.Map // the hosts of proxies in use
}

// dial has the signature of http.Transport.DialContext.
func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	nd := net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second, Resolver: d.names}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if _, proxy := d.proxies.Load(host); !proxy {
		_, err := netip.ParseAddr(host)
		named := err != nil
		nd.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			return d.check(address, named)
		}
	}
	return nd.DialContext(ctx, network, addr)
}

// check looks at the address that is about to be connected to.
func (d *dialer) check(address string, named bool) error {
	to, err := netip.ParseAddrPort(address)
	switch {
	case err != nil:
		return fmt.Errorf("address refused: %w", err)
	case named && within(neighbours, to.Addr()):
		return errNeighbour
	case d.denyPrivate && (within(internals, to.Addr()) || within(neighbours, to.Addr())):
		return errInternal
	}
	return nil
}
