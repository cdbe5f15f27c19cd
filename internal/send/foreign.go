// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// ForeignError stands for an error of a layer between a Client and the network
// that asks servers of its own, such as an auth extension. Its text would quote
// what such a server has answered, and its secrets are not known here: only the
// kind of the fault is told.
type ForeignError struct {
	kind  string
	cause error
}

// Foreign makes the error of a foreign layer fit for a log line.
func Foreign(cause error) *ForeignError { return &ForeignError{kind: kindOf(cause), cause: cause} }

func (e *ForeignError) Error() string {
	return "the extension that `auth` or `middlewares` names failed: " + e.kind
}

// Is lets errors.Is see the cause without Unwrap, which would let a formatter
// print it.
func (e *ForeignError) Is(target error) bool { return errors.Is(e.cause, target) }

const hintForeign = "its reason is left out, as it may quote a secret: check the extension's settings, and what its token endpoint logs"

var (
	// refusedToken is how golang.org/x/oauth2 begins an error with a status.
	refusedToken = regexp.MustCompile(`oauth2: cannot fetch token: (\d{3})\b`)
	// refusedCode is how it begins one with a code of RFC 6749, section 5.2.
	refusedCode = regexp.MustCompile(`oauth2: "(invalid_request|invalid_client|invalid_grant|unauthorized_client|unsupported_grant_type|invalid_scope)"`)
)

// kindOf uses no text that comes from a server.
func kindOf(err error) string {
	var timeout net.Error
	var path *fs.PathError
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "it timed out"
	case errors.As(err, &path):
		return path.Op + " " + path.Path + ": " + path.Err.Error()
	case errors.As(err, &dns):
		return "the host that it asks has no address"
	case errors.As(err, &certificate):
		return "the certificate of the host that it asks can't be verified"
	case errors.As(err, &op):
		return "no connection to the host that it asks"
	}
	text := err.Error()
	if code := refusedCode.FindStringSubmatch(text); code != nil {
		return "its token endpoint answered " + code[1]
	}
	if status := refusedToken.FindStringSubmatch(text); status != nil {
		number, _ := strconv.Atoi(status[1]) // three digits
		return strings.TrimSpace("its token endpoint answered " + status[1] + " " + http.StatusText(number))
	}
	return "no reason that can be shown"
}
