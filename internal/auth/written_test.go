// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/config/configopaque"
)

func TestSecretsThatNoVendorCanTakeAreErrors(t *testing.T) {
	key := func(value configopaque.String) Config { return Config{APIKey: &APIKeyConfig{Value: value}} }
	for name, tc := range map[string]struct {
		cfg  Config
		want string
	}{
		"a scheme and a blank":                 {Config{Header: "SSWS "}, "`credentials::header` has a scheme and nothing behind it"},
		"a scheme of a vendor and a blank":     {Config{Header: "GenieKey "}, "`credentials::header` has a scheme and nothing behind it"},
		"a scheme alone":                       {Config{Header: "bearer"}, "`credentials::header` has a scheme and nothing behind it"},
		"a scheme and the name of a value":     {Config{Header: "Token token="}, "`credentials::header` has a scheme and nothing behind it"},
		"blanks alone in a header":             {Config{Header: "  "}, "`credentials::header` is empty"},
		"blanks alone in a token":              {Config{Bearer: " "}, "`credentials::bearer` is empty"},
		"the scheme in a token":                {Config{Bearer: "Bearer hunter2"}, "write the token alone"},
		"the scheme in a token, in lower case": {Config{Bearer: "bearer hunter2"}, "write the token alone"},
		"another scheme in a token":            {Config{Bearer: "SSWS hunter2"}, "write the value as `credentials::header`"},
		"the scheme twice in a header":         {Config{Header: "Bearer Bearer hunter2"}, "has its scheme twice"},
		"the header's name in the header":      {Config{Header: "Authorization: Bearer hunter2"}, "write what is behind \"Authorization:\""},
		"the scheme in a user name":            {Config{Basic: &BasicConfig{Username: "Basic hunter2", Password: "x"}}, "write the user name alone"},
		"a shell's variable as a token":        {Config{Bearer: "$OKTA_API_TOKEN"}, "write ${env:NAME}"},
		"a shell's variable behind a scheme":   {Config{Header: "SSWS $OKTA_API_TOKEN"}, "write ${env:NAME}"},
		"a shell's variable as a key":          {key("$VENDOR_KEY"), "`credentials::api_key::value` is a variable"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(tc.cfg, Settings{})
			assert.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestUnusualSecretsAreTaken(t *testing.T) {
	for name, cfg := range map[string]Config{
		"a bare token in a header":                {Header: "lin_api_0aA"},
		"a token of letters in a header":          {Header: "abcdefghijklmnopqrst"},
		"a header with a name before the value":   {Header: "Token token=y_NbAkKc66ryYTWUXYEu"},
		"a header with base64 that ends in =":     {Header: "Basic dTpw="},
		"a header with a token that ends in =":    {Header: "Bearer abc="},
		"a token that begins with a dollar":       {Bearer: "$2a$10$N9qo8uLOickgx2ZMRZoMye"},
		"a token like a scheme":                   {Bearer: "ssws-0aA"},
		"a key with a blank in it":                {APIKey: &APIKeyConfig{Value: "session=abc def", Header: "Cookie"}},
		"a password that looks like a variable":   {Basic: &BasicConfig{Username: "u", Password: "$WINTER"}},
		"a user name that begins like the scheme": {Basic: &BasicConfig{Username: "basic-reader", Password: "x"}},
	} {
		_, err := New(cfg, Settings{})
		assert.NoError(t, err, name)
	}
}
