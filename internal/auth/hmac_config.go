// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/config/configopaque"
)

const schemeDuo = "duo"

// HMACConfig signs requests with a shared key, by Duo's scheme or by a general
// one that is written as templates. The message that is signed and the values
// of Headers may hold
//
//	{method} {host} {path} {query} {sorted_query} {body} {body_sha256}
//	{date} {timestamp} {timestamp_ms} {nonce} {key_id} {params.x}
//
// and Headers also {signature}. {sorted_query} has names and values sorted and
// encoded by RFC 3986; {query} is the query as it is sent.
type HMACConfig struct {
	// Scheme is "duo", or "" for the general form.
	Scheme string `mapstructure:"scheme,omitempty"`
	KeyID  string `mapstructure:"key_id,omitempty"`
	// Key is the shared key.
	Key     configopaque.String `mapstructure:"key,omitempty"`
	KeyFile string              `mapstructure:"key_file,omitempty"`
	// KeyEncoding is how Key is written: "" as it is, base64 or hex.
	KeyEncoding string `mapstructure:"key_encoding,omitempty"`
	// Algorithm is sha256 (default), sha512, or sha1 (default of duo).
	Algorithm string `mapstructure:"algorithm,omitempty"`
	// Encoding of the signature is hex (default) or base64.
	Encoding string `mapstructure:"encoding,omitempty"`
	// Message is what is signed.
	Message string `mapstructure:"message,omitempty"`
	// Headers are set on the request; one of them has the signature.
	Headers map[string]string `mapstructure:"headers,omitempty"`
	// DateFormat of {date} is the one of HTTP (default), or a Go layout.
	DateFormat string `mapstructure:"date_format,omitempty"`

	_ struct{}
}

// hmacNames are the placeholders of Message; Headers also know {signature}.
var hmacNames = []string{
	"method", "host", "path", "query", "sorted_query", "body", "body_sha256", "date", "timestamp", "timestamp_ms", "nonce", "key_id",
}

func (c HMACConfig) withDefaults() HMACConfig {
	if c.Algorithm == "" {
		c.Algorithm = "sha256"
		if c.Scheme == schemeDuo {
			c.Algorithm = "sha1"
		}
	}
	if c.Encoding == "" {
		c.Encoding = "hex"
	}
	return c
}

// check looks for what is missing or unknown. Its errors go on after
// "`credentials::hmac".
func (c *HMACConfig) check() error {
	d := c.withDefaults()
	for _, choice := range []struct {
		key, value string
		known      []string
	}{
		{"scheme", d.Scheme, []string{"", schemeDuo}},
		{"key_encoding", d.KeyEncoding, []string{"", "base64", "hex"}},
		{"algorithm", d.Algorithm, []string{"sha1", "sha256", "sha512"}},
		{"encoding", d.Encoding, []string{"hex", "base64"}},
	} {
		if !slices.Contains(choice.known, choice.value) {
			return fmt.Errorf("::%s` is %q; known are %s", choice.key, choice.value, strings.TrimPrefix(strings.Join(choice.known, ", "), ", "))
		}
	}
	if err := oneOf(d.Key, d.KeyFile, "::key"); err != nil {
		return err
	}
	if d.Scheme == schemeDuo {
		return d.checkDuo()
	}
	return d.checkGeneral()
}

func (c *HMACConfig) checkDuo() error {
	if c.KeyID == "" {
		return errors.New("::key_id` is empty")
	}
	if c.Message != "" || len(c.Headers) > 0 {
		return errors.New("::scheme` duo has its own `message` and `headers`")
	}
	return nil
}

func (c *HMACConfig) checkGeneral() error {
	if c.Message == "" {
		return errors.New("::message` is empty")
	}
	if err := checkNames(c.Message, hmacNames); err != nil {
		return fmt.Errorf("::message` %w", err)
	}
	signed := false
	for name, value := range c.Headers {
		if err := headerName(name); err != nil || name == "" {
			return fmt.Errorf("::headers::%s` is not a header name", name)
		}
		if err := checkNames(value, append([]string{"signature"}, hmacNames...)); err != nil {
			return fmt.Errorf("::headers::%s` %w", name, err)
		}
		signed = signed || strings.Contains(value, "{signature}")
	}
	if !signed {
		return errors.New("::headers` has no header with {signature}")
	}
	return nil
}

// checkNames refuses placeholders that don't exist.
func checkNames(text string, known []string) error {
	for part := range strings.SplitSeq(text, "{") {
		name, _, found := strings.Cut(part, "}")
		if found && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" && name != "" && !slices.Contains(known, name) {
			return fmt.Errorf("has the unknown placeholder {%s}; known: {%s}", name, strings.Join(known, "}, {"))
		}
	}
	return nil
}
