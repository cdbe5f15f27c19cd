// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/config/configopaque"
)

func TestAPlaceholderIsFoundWhereverItStands(t *testing.T) {
	const tenant = "{params.tenant}"
	for where, cfg := range map[string]Config{
		"a secret":   {Bearer: "x-" + tenant},
		"a URL":      {OAuth2: &OAuth2Config{TokenURL: "https://login.example.com/" + tenant}},
		"a list":     {OAuth2: &OAuth2Config{Scopes: []string{"read", tenant}}},
		"a map":      {OAuth2: &OAuth2Config{Params: map[string]string{"resource": tenant}}},
		"a file":     {BearerFile: "/run/secrets/" + tenant},
		"secrets":    {Login: &LoginConfig{Secrets: map[string]configopaque.String{"p": tenant}}},
		"login body": {Login: &LoginConfig{Body: tenant}},
	} {
		assert.True(t, cfg.Mentions(tenant), where)
		assert.False(t, cfg.Mentions("{params.other}"), where)
	}
	assert.False(t, (&Config{}).Mentions(tenant))
}
