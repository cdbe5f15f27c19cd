// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package flicker

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// credential finds the one way in which the source authenticates.
func (c *converter) credential(s *source, authorization, scheme, at string) section {
	cred := newSection()
	cred.node.Style = yaml.FlowStyle
	bearer := func(key, token string) {
		c.secret(key, token)
		if scheme == "SSWS" {
			cred.set("header", text("SSWS "+token))
			return
		}
		cred.set("bearer", text(token))
	}
	switch {
	case authorization != "":
		token, isBearer := strings.CutPrefix(authorization, "Bearer ")
		if isBearer {
			bearer(at+".headers.Authorization", token)
			break
		}
		c.secret(at+".headers.Authorization", authorization)
		cred.set("header", text(authorization))
	case s.Basic != nil:
		c.secret(at+".basic.password", s.Basic.Password)
		cred.set("basic", flow("username", text(s.Basic.Username), "password", text(s.Basic.Password)))
	case s.Auth != nil:
		c.authSection(cred, s.Auth, at+".auth")
	case s.APIKey != "" && scheme != "":
		bearer(at+".api_key", s.APIKey)
	case s.APIKey != "":
		c.secret(at+".api_key", s.APIKey)
		cred.set("api_key", flow("value", text(s.APIKey)))
	}
	return cred
}

// authSection converts the form {type: bearer, token: ...}.
func (c *converter) authSection(cred section, a *auth, at string) {
	switch a.Type {
	case "basic":
		c.secret(at, a.Password)
		cred.set("basic", flow("username", text(a.Username), "password", text(a.Password)))
	case "api_key":
		value := first(a.Key, a.Value, a.Token)
		c.secret(at, value)
		key := newSection()
		key.node.Style = yaml.FlowStyle
		key.set("value", text(value))
		key.setIf("header", text(a.Header))
		cred.set("api_key", key)
	case "header":
		value := first(a.Value, a.Token)
		c.secret(at, value)
		if a.Header == "" || strings.EqualFold(a.Header, "Authorization") {
			cred.set("header", text(value))
			return
		}
		cred.set("api_key", flow("header", text(a.Header), "value", text(value)))
	default:
		c.secret(at, a.Token)
		cred.set("bearer", text(a.Token))
	}
}

// secret warns about a secret that stands in the file itself.
func (c *converter) secret(key, value string) {
	if literal(value) {
		c.warn(key, "a secret stands in the file: better write ${env:NAME} and set the variable, or use the *_file keys")
	}
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
