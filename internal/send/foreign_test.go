// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestErrorsOfExtensionsTellTheirKindOnly: the words of the server that an
// extension asks may hold a secret that is not known here.
func TestErrorsOfExtensionsTellTheirKindOnly(t *testing.T) {
	_, missing := os.Open("/nonexistent/secret")
	const said = "no such client: correct horse"
	for want, cause := range map[string]error{
		"its token endpoint answered 400 Bad Request":                       errors.New("oauth2: cannot fetch token: 400 Bad correct horse\nResponse: " + said),
		"its token endpoint answered 799":                                   errors.New("oauth2: cannot fetch token: 799 correct horse"),
		"its token endpoint answered invalid_client":                        errors.New(`oauth2: "invalid_client" "` + said + `"`),
		"no reason that can be shown":                                       errors.New(`oauth2: "correct horse" "` + said + `"`),
		"it timed out":                                                      fmt.Errorf("%s: %w", said, context.DeadlineExceeded),
		"open /nonexistent/secret: no such file or directory":               fmt.Errorf("%s: %w", said, missing),
		"the host that it asks has no address":                              &net.OpError{Op: "dial", Err: &net.DNSError{Name: said}},
		"no connection to the host that it asks":                            &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"the certificate of the host that it asks can't be verified":        &tls.CertificateVerificationError{Err: errors.New(said)},
		"the extension that `auth` or `middlewares` names failed: no reaso": errors.New(said),
	} {
		t.Run(want, func(t *testing.T) {
			layer := transport(func(*http.Request) (*http.Response, error) { return nil, Foreign(cause) })
			endpoint, err := url.Parse("https://api.example/")
			require.NoError(t, err)
			c, err := NewClient(&http.Client{Transport: layer}, Settings{Endpoint: endpoint})
			require.NoError(t, err)
			_, err = c.Do(t.Context(), &http.Request{Method: http.MethodGet, URL: endpoint, Header: http.Header{}})
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, ClassRetry, e.Class)
			assert.Equal(t, hintForeign, e.Hint)
			assert.Contains(t, e.Error(), want)
			assert.NotContains(t, e.Error(), "correct horse")
			assert.ErrorIs(t, err, cause)
		})
	}
}
