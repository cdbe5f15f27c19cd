// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"slices"
	"strings"
)

// challenge is one offer of a WWW-Authenticate header (RFC 9110, section 11.6.1).
type challenge struct {
	scheme string            // lower case
	params map[string]string // names in lower case
}

// maxChallenge bounds a header; a digest challenge has a few hundred bytes.
const maxChallenge = 16 << 10

// parseChallenges reads all header lines. What it can't read it leaves out.
//
//	Digest realm="a", nonce="b", qop="auth", Basic realm="c"
func parseChallenges(lines []string) []challenge {
	var out []challenge
	for _, line := range lines {
		if len(line) > maxChallenge {
			continue
		}
		rest := line
		for rest != "" {
			rest = strings.TrimLeft(rest, " \t,")
			word, tail := cutToken(rest)
			if word == "" {
				break
			}
			tail = strings.TrimLeft(tail, " \t")
			if !strings.HasPrefix(tail, "=") || len(out) == 0 {
				out = append(out, challenge{scheme: strings.ToLower(word), params: map[string]string{}})
				rest = tail
				continue
			}
			value, after, ok := cutValue(strings.TrimLeft(tail[1:], " \t"))
			if !ok {
				break
			}
			name, last := strings.ToLower(word), out[len(out)-1]
			if _, twice := last.params[name]; !twice {
				last.params[name] = value
			}
			rest = after
		}
	}
	return out
}

// cutToken splits a token off the start.
func cutToken(s string) (token, rest string) {
	end := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(tokenChars, r) })
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}

// cutValue splits a token or quoted string off the start.
func cutValue(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		value, rest = cutToken(s)
		return value, rest, true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:], true
		case '\\':
			i++
			if i == len(s) {
				return "", "", false
			}
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

// digestAlgorithms are those of RFC 7616, best first.
var digestAlgorithms = []string{"SHA-512-256", "SHA-256", "MD5"}

// bestDigest picks the digest challenge with the best algorithm that we know,
// nil if there is none.
func bestDigest(all []challenge) *challenge {
	best, rank := (*challenge)(nil), len(digestAlgorithms)
	for i := range all {
		c := &all[i]
		if c.scheme != "digest" || c.params["nonce"] == "" || !offersAuth(c.params["qop"]) {
			continue
		}
		at := slices.Index(digestAlgorithms, c.algorithm())
		if at >= 0 && at < rank {
			best, rank = c, at
		}
	}
	return best
}

// algorithm is the hash, without "-sess".
func (c *challenge) algorithm() string {
	name := strings.TrimSuffix(strings.ToUpper(c.params["algorithm"]), "-SESS")
	if name == "" {
		return "MD5"
	}
	return name
}

func (c *challenge) session() bool {
	return strings.HasSuffix(strings.ToUpper(c.params["algorithm"]), "-SESS")
}

// offersAuth reports whether the quality of protection "auth" may be used; an
// empty list is the old form without any.
func offersAuth(qop string) bool {
	if qop == "" {
		return true
	}
	for one := range strings.SplitSeq(qop, ",") {
		if strings.EqualFold(strings.TrimSpace(one), "auth") {
			return true
		}
	}
	return false
}
