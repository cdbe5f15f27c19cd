// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAWSCredentialsAreNotCarriedAway: whatever part of AWS's chain asks, a
// redirect is the end of it.
func TestAWSCredentialsAreNotCarriedAway(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("web-identity-token"), 0o600))
	const role = "arn:aws:iam::111122223333:role/audit"
	for name, test := range map[string]struct {
		cfg SigV4Config
		env func(server string) map[string]string
	}{
		"a role with keys": {
			SigV4Config{AccessKeyID: "AKID", SecretAccessKey: "secret", SessionToken: "session", RoleARN: role},
			func(server string) map[string]string { return map[string]string{"AWS_ENDPOINT_URL_STS": server} },
		},
		"web identity": {SigV4Config{}, func(server string) map[string]string {
			return map[string]string{"AWS_ENDPOINT_URL_STS": server, "AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": role}
		}},
		"a container's endpoint": {SigV4Config{}, func(server string) map[string]string {
			return map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": server + "/creds", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "pod-token"}
		}},
	} {
		for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
			t.Run(name+" "+http.StatusText(status), func(t *testing.T) {
				stolen, asked := 0, 0
				evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen++ }))
				t.Cleanup(evil.Close)
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					asked++
					http.Redirect(w, r, evil.URL, status)
				}))
				t.Cleanup(server.Close)
				for name, value := range test.env(server.URL) {
					t.Setenv(name, value)
				}
				t.Setenv("AWS_CONFIG_FILE", os.DevNull)
				t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
				t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
				t.Setenv("AWS_MAX_ATTEMPTS", "1")
				test.cfg.Region, test.cfg.Service = "eu-west-1", "cloudtrail"
				a := newAuthorizer(t, Config{SigV4: &test.cfg})
				require.Error(t, a.Authorize(t.Context(), newRequest(t, "https://cloudtrail.eu-west-1.amazonaws.com/")))
				assert.Positive(t, asked)
				assert.Zero(t, stolen)
			})
		}
	}
}

// TestAWSRedirectsAreRefusedOnAConnectionThatIsOpen: net/http would use one of
// HTTP/2 without asking for a proxy.
func TestAWSRedirectsAreRefusedOnAConnectionThatIsOpen(t *testing.T) {
	followed := 0
	var server *httptest.Server
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, server.URL+"/elsewhere", http.StatusTemporaryRedirect)
		case "/elsewhere":
			followed++
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	client := awsClient().WithTransportOptions(func(t *http.Transport) { t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12} })
	get := func(path string) error {
		resp, err := client.Do(newRequest(t, server.URL+path))
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	}
	require.NoError(t, get("/open"))
	require.ErrorIs(t, get("/redirect"), errAWSRedirect)
	assert.Zero(t, followed)
}
