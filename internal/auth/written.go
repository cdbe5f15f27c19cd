// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"errors"
	"regexp"
	"strings"
)

// Secrets that are written so that no vendor can take them: what a variable
// leaves that is not set, a word that is there twice, a variable in the shell's
// form. Each would only be a 401 later. Files are not looked at: their content
// may change at any time. Errors go on after "`credentials::KIND".

// What is left of an Authorization header whose variable is not set: "SSWS ",
// "Token token=", or a scheme alone. A bare token has no blank behind it;
// what ends in = otherwise may be base64.
var (
	schemeAlone = regexp.MustCompile(`(?i)^(?:bearer|basic|ssws|token|apitoken)$|^[a-z][a-z-]{0,19}[ \t]+$|^[a-z][a-z-]{0,19}[ \t]+(?:token|key|api_?key)=(?:"")?$`)
	// unexpanded is a variable as a shell writes it. The Collector replaces
	// ${env:NAME} only.
	unexpanded = regexp.MustCompile(`(?:^|[ \t=])\$[A-Z][A-Z0-9_]{2,}$`)
)

// writtenWrong looks at the secrets of a kind that go into a header.
func (c *Config) writtenWrong(kind string) error {
	switch kind {
	case kindBearer:
		return bearerWrong(string(c.Bearer))
	case kindHeader:
		return headerWrong(string(c.Header))
	case kindAPIKey:
		return variableWrong("::value", string(c.APIKey.Value))
	case kindBasic:
		if first, _, more := strings.Cut(string(c.Basic.Username), " "); more && strings.EqualFold(first, "basic") {
			return errors.New("::username` begins with \"Basic\", which is added: write the user name alone, and the password as `password`")
		}
	}
	return nil
}

func bearerWrong(value string) error {
	first, _, more := strings.Cut(value, " ")
	switch {
	case value != "" && strings.TrimSpace(value) == "", strings.EqualFold(value, "bearer"):
		return errors.New("` is empty: is the environment variable that it names set?")
	case more && strings.EqualFold(first, "bearer"):
		return errors.New("` begins with \"Bearer\", which is added: write the token alone")
	case more && schemeAlone.MatchString(first):
		return errors.New("` begins with another scheme, and \"Bearer\" would stand before it: write the value as `credentials::header`")
	}
	return variableWrong("", value)
}

func headerWrong(value string) error {
	words := strings.Fields(value)
	switch {
	case value != "" && len(words) == 0:
		return errors.New("` is empty: is the environment variable that it names set?")
	case schemeAlone.MatchString(value):
		return errors.New("` has a scheme and nothing behind it: is the environment variable that it names set?")
	case len(words) > 0 && strings.EqualFold(words[0], "authorization:"):
		return errors.New("` begins with the header's name, which is added: write what is behind \"Authorization:\"")
	case len(words) > 2 && strings.EqualFold(words[0], words[1]):
		return errors.New("` has its scheme twice: is it in the environment variable, too? write it once")
	}
	return variableWrong("", value)
}

func variableWrong(key, value string) error {
	if unexpanded.MatchString(value) {
		return errors.New(key + "` is a variable in the form of a shell, which is not replaced: write ${env:NAME}")
	}
	return nil
}
