// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import "net/netip"

// neighbours are addresses that serve the machine itself, not a network: what
// clouds answer with there includes credentials. No name of a vendor leads to
// one for a good reason.
var neighbours = prefixes(
	"0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32",
	"::/128", "fe80::/10", "ff00::/8",
	// Metadata services outside of the link-local range.
	"100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32",
	"fd00:ec2::/32", "fd20:ce::254/128",
)

// internals are the other addresses that are not of the public internet.
var internals = prefixes(
	"10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::1/128", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fec0::/10",
)

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		out[i] = netip.MustParsePrefix(text)
	}
	return out
}

// within reports whether a, or an IPv4 address that a carries inside, is in one
// of the prefixes.
func within(list []netip.Prefix, a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	inner := embedded(a)
	for _, p := range list {
		if p.Contains(a) || inner.IsValid() && p.Contains(inner) {
			return true
		}
	}
	return false
}

// embedded returns the IPv4 address that a gateway or this machine's own stack
// makes of an IPv6 one.
func embedded(a netip.Addr) netip.Addr {
	if !a.Is6() {
		return netip.Addr{}
	}
	b := a.As16()
	zero := func(part []byte) bool {
		for _, c := range part {
			if c != 0 {
				return false
			}
		}
		return true
	}
	at := func(i int) netip.Addr { return netip.AddrFrom4([4]byte(b[i : i+4])) }
	switch {
	case zero(b[:12]) && !zero(b[12:15]): // IPv4-compatible; not :: and ::1
		return at(12)
	case b[0] == 0 && b[1] == 0x64 && b[2] == 0xff && b[3] == 0x9b && zero(b[4:12]): // NAT64
		return at(12)
	case b[0] == 0x20 && b[1] == 0x02: // 6to4
		return at(2)
	case b[0] == 0x20 && b[1] == 0x01 && zero(b[2:4]): // Teredo, inverted
		return netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]})
	case b[10] == 0x5e && b[11] == 0xfe && b[9] == 0 && b[8]&^2 == 0: // ISATAP
		return at(12)
	}
	return netip.Addr{}
}
