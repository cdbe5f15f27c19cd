// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"errors"
	"net/textproto"
	"net/url"
	"regexp"
)

// quotation is a text in Go's quotes, or the rest if they don't end.
var quotation = regexp.MustCompile(`"(?:[^"\\]|\\.)*(?:"|$)`)

// clean makes an error of the standard library fit for a log line. A *url.Error
// quotes the whole URL, query included, so only its cause is kept. The causes
// stay reachable for errors.Is.
func (c *Client) clean(err error) error {
	return cleanError(err, c.settings.Secrets())
}

func cleanError(err error, secrets []string) error {
	inner := err
	for {
		ue, ok := errors.AsType[*url.Error](inner)
		if !ok || ue.Err == nil {
			break
		}
		inner = ue.Err
	}
	text := inner.Error()
	if malformed := textproto.ProtocolError(""); errors.As(inner, &malformed) {
		text = "malformed header of the response" // its text goes on with the header
	}
	// Errors of net/http quote what the vendor has sent, so quotations are left
	// out, and length and characters are bounded.
	text = finish(Redact(quotation.ReplaceAllString(text, `"..."`), secrets), secrets)
	if text == inner.Error() {
		return inner
	}
	return &redacted{text: text, cause: inner}
}

// redacted shows another text than its cause.
type redacted struct {
	text  string
	cause error
}

func (r *redacted) Error() string { return r.text }

// Is lets errors.Is see the cause without Unwrap, which would let a formatter
// print it.
func (r *redacted) Is(target error) bool { return errors.Is(r.cause, target) }
