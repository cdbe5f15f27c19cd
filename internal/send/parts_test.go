// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPartsOfACredentialAreKnown(t *testing.T) {
	open := Open{"https://api.vendor.example/orgs/Acme1234/logs", "of account=AC12345678"}
	for name, tc := range map[string]struct {
		value string
		want  []string
	}{
		"the value of a parameter":          {"Token token=y_NbAkKc66ryYTWUXYEu", []string{"y_NbAkKc66ryYTWUXYEu"}},
		"in quotes":                         {`Token token="y_NbAkKc66ryYTWUXYEu"`, []string{"y_NbAkKc66ryYTWUXYEu"}},
		"both sides of a slash":             {"ABCD1234SECRETABCD1234/2DDD3RVGHK", []string{"2DDD3RVGHK", "ABCD1234SECRETABCD1234"}},
		"behind a scheme":                   {"SSWS 00abcDEFghi", []string{"00abcDEFghi"}},
		"one of several cookies":            {"session=k3yk3yk3y; theme=dark; lang=en-US", []string{"k3yk3yk3y"}},
		"base64 with its padding left out":  {"Basic dTpwOnc1Nzg5MA==", []string{"dTpwOnc1Nzg5MA"}},
		"letters of both cases":             {"session=yNbAkKcWryYT", []string{"yNbAkKcWryYT"}},
		"what is whole is no part":          {"y_NbAkKc66ryYTWUXYEu", nil},
		"names, words and schemes are none": {"ApiToken session_token=darkMode; production; acme-corporation", nil},
		"dates and regions are none":        {"since=2026-01-01; until=20260101; region=eu-central-1", nil},
		"a signature has none":              {"AWS4-HMAC-SHA256 Credential=AKIA2345678/20260101/us-east-1/s3/aws4_request, Signature=abcdef0123456789", nil},
		"hosts are none":                    {"next=https://api1234567.vendor.example/x", nil},
		"short texts are none":              {"Token token=k3y", nil},
		"what the config says openly":       {"Token org=acme1234, account=AC12345678, key=k3yk3yk3y", []string{"k3yk3yk3y"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := open.Parts(tc.value)
			if tc.want == nil {
				assert.Empty(t, got)
				return
			}
			assert.Equal(t, tc.want, got)
		})
	}
}

func TestAUserNameIsASecretUnlessTheConfigSaysItOpenly(t *testing.T) {
	open := Open{"https://api.example/2010/Accounts/AC12345678/Events"}
	assert.Equal(t, []string{"y_NbAkKc66ryYTWUXYEu"}, open.Alone("y_NbAkKc66ryYTWUXYEu"))
	assert.Empty(t, open.Alone("AC12345678"))
	assert.Empty(t, open.Alone("admin"), "it is part of ordinary texts")
}

func TestHeadersThatSoundLikeCredentials(t *testing.T) {
	for name, want := range map[string]bool{
		"Authorization": true, "x-auth-token": true, "Cookie": true, "DD-API-KEY": true, "X-Session": true,
		"Accept": false, "User-Agent": false, "X-Tenant": false,
	} {
		assert.Equal(t, want, SecretHeader(name), name)
	}
}
