// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// plainSecrets judges whether a credential stands where the program takes it for
// an ordinary text. No finding has a value in it.
func (j *judge) plainSecrets(id string, r Component) {
	for _, at := range []string{"request", "request::next", "expand"} {
		for _, kind := range []string{"query", "headers"} {
			values, _ := section(r.Config, at+"::"+kind)
			for _, name := range slices.Sorted(maps.Keys(values)) {
				if isSecret(r, name, fmt.Sprint(values[name])) {
					j.plainSecret("receivers::"+id, at+"::"+kind+"::"+name, kind, name)
				}
			}
		}
	}
	for _, key := range []string{"endpoint", "request::next::url", "expand::url"} {
		_, query, _ := strings.Cut(text(r.Config, key), "?")
		for pair := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(pair, "=")
			if plain, err := url.QueryUnescape(name); err == nil && isSecret(r, plain, value) {
				j.plainSecret("receivers::"+id, key, "query", plain)
			}
		}
	}
}

func (j *judge) plainSecret(receiver, key, kind, name string) {
	write := "`credentials::api_key`, with `query: " + name + "` and `value_file`"
	switch {
	case kind == "headers" && strings.EqualFold(name, "Authorization"):
		write = "`credentials::header_file`, or `credentials::bearer_file`"
	case kind == "headers":
		write = "`credentials::api_key`, with `header: " + name + "` and `value_file`; for a second one `headers`, beside `endpoint`"
	}
	j.warn(receiver+"::"+key, fmt.Sprintf("%s in `%s` seems to be a credential: `print-config` shows it, and so does an error in which the vendor repeats it", name, key), write)
}

// secretNames end the names of what usually carries a credential, in lower case
// and without - and _.
var secretNames = []string{
	"apikey", "appkey", "applicationkey", "subscriptionkey", "accesskey", "secretkey", "privatekey", "password", "passwd", "secret", "authorization",
	"accesstoken", "apitoken", "authtoken", "privatetoken", "securitytoken", "sessiontoken", "bearer",
}

const (
	// shortestSecret leaves out true, false, none and the like.
	shortestSecret = 6
	// shortestKey is for names that often mean something else.
	shortestKey = 16
)

// placeholder is one in a template; the second word of {params.x} is its param.
var placeholder = regexp.MustCompile(`\{(\w+)(?:\.([^{}]+))?\}`)

// isSecret tells whether a value is evidently a credential. Placeholders are
// none, but what a param stands for may be.
func isSecret(r Component, name, value string) bool {
	value = placeholder.ReplaceAllStringFunc(value, func(hole string) string {
		if words := placeholder.FindStringSubmatch(hole); words[1] == "params" {
			return text(r.Config, "params::"+words[2])
		}
		return ""
	})
	name = strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name))
	if len(value) < shortestSecret {
		return false
	}
	if name == "key" || name == "auth" || name == "sig" {
		return len(value) >= shortestKey
	}
	return name == "token" || name == "xtoken" || slices.ContainsFunc(secretNames, func(end string) bool { return strings.HasSuffix(name, end) })
}
