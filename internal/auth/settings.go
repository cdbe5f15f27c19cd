// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import "net/http"

// Settings is what the kinds that fetch tokens need besides their Config.
type Settings struct {
	// HTTP sends token requests: the TLS, proxy and timeout settings of the
	// source, but no headers and no authentication of it, as a token URL is
	// another origin than the endpoint. nil is a plain client.
	HTTP *http.Client
}
