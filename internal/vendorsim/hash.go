// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

// mix turns a seed and some numbers into 64 well spread bits. Everything random in the simulator comes from it, so the
// same seed gives the same vendor on every machine and in any order of requests.
func mix(seed uint64, parts ...uint64) uint64 {
	h := scramble(seed + 0x9e3779b97f4a7c15)
	for _, p := range parts {
		h = scramble(h ^ (p + 0x9e3779b97f4a7c15 + h<<6))
	}
	return h
}

// scramble is the finalizer of splitmix64: each input bit changes about half of the output bits.
func scramble(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// chance reports whether the dice h fall below probability p (0 = never, 1 = always).
func chance(h uint64, p float64) bool {
	return float64(h>>11)/(1<<53) < p
}

// hashText is FNV-1a, to use names (of vendors, of fault kinds) as numbers.
func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
