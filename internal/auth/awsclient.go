// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"errors"
	"net/http"
	"net/url"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
)

var errAWSRedirect = errors.New("AWS answered with a redirect, and it isn't followed")

// awsOptions make all of AWS's chain of credentials use awsClient.
func awsOptions() []func(*config.LoadOptions) error {
	client := awsClient()
	return []func(*config.LoadOptions) error{
		config.WithHTTPClient(client),
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = client }),
	}
}

// awsClient is the client of AWS's chain of credentials. The SDK's own would
// follow a 307 to any host that the answer names, with the session token or the
// web identity token.
func awsClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		// Over HTTP/2 a request may go out on a connection that is there already, and no
		// proxy is chosen.
		t.ForceAttemptHTTP2, t.Protocols = false, new(http.Protocols)
		t.Protocols.SetHTTP1(true)
		choose := t.Proxy
		// A transport sees that a request comes from a redirect where it chooses the proxy.
		t.Proxy = func(r *http.Request) (*url.URL, error) {
			if r.Response != nil {
				return nil, errAWSRedirect
			}
			if choose == nil {
				return nil, nil //nolint:nilnil // no proxy, as net/http has it
			}
			return choose(r)
		}
	})
}
