// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"net/url"
)

// clientCredentials is an OAuth 2.0 token endpoint for the client-credentials grant (RFC 6749 section 4.4), with the
// client's id and secret in the form or in Basic authorization. Issued tokens expire after TokenTTL.
func (c *call) clientCredentials() reply {
	if c.r.Method != http.MethodPost {
		return jsonReply(http.StatusMethodNotAllowed, `{"error":"invalid_request"}`)
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil || form.Get("grant_type") != "client_credentials" {
		return jsonReply(http.StatusBadRequest, `{"error":"unsupported_grant_type","error_description":"grant type not supported"}`)
	}
	id, secret, ok := c.r.BasicAuth()
	if !ok {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	if id != c.opts.Credentials.KeyID || secret != c.opts.Credentials.KeySecret {
		return jsonReply(http.StatusUnauthorized, `{"error":"invalid_client","error_description":"invalid client credentials"}`)
	}
	token, _ := c.issue()
	return jsonReply(http.StatusOK, fmt.Sprintf(
		`{"access_token":%q,"token_type":"Bearer","expires_in":%d,"instance_url":%q,"issued_at":"%d"}`,
		token, int(c.opts.TokenTTL.Seconds()), c.base, c.now.UnixMilli()))
}
