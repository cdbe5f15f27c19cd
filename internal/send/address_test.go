// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Addresses in every form that leads to the same place.
var (
	metadataAddresses = []string{
		"169.254.169.254", "169.254.170.2", "::ffff:169.254.169.254", "::169.254.169.254", "64:ff9b::169.254.169.254",
		"2002:a9fe:a9fe::1", "2001:0:4136:e378:8000:63bf:5601:5601", "fe80::5efe:169.254.169.254", "2001:4860::200:5efe:169.254.169.254",
		"fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192",
		"0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "255.255.255.255", "ff02::1",
	}
	internalAddresses = []string{
		"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"::ffff:10.1.2.3", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:c0a8:101::1", "100.64.0.1", "198.18.0.1", "240.0.0.1",
		"fc00::1", "fd12:3456::1", "fec0::1", "2001:db8::1", "192.0.2.1", "198.51.100.1", "203.0.113.1",
	}
	publicAddresses = []string{
		"1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "169.253.255.255", "169.255.0.1",
		"192.167.255.255", "126.255.255.255", "128.0.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
	}
)

func TestAddressesAreKnownInEveryForm(t *testing.T) {
	for _, text := range metadataAddresses {
		assert.True(t, within(neighbours, netip.MustParseAddr(text)), text)
	}
	for _, text := range internalAddresses {
		assert.True(t, within(internals, netip.MustParseAddr(text)), text)
		assert.False(t, within(neighbours, netip.MustParseAddr(text)), text)
	}
	for _, text := range publicAddresses {
		assert.False(t, within(neighbours, netip.MustParseAddr(text)), text)
		assert.False(t, within(internals, netip.MustParseAddr(text)), text)
	}
}
