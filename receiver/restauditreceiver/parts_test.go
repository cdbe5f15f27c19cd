// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/send"
)

const listed = `
endpoint: https://api.example.com/{params.org}/{params.log}
credentials: {bearer: token}
params: %s
`

func partNames(t *testing.T, params string) (names []string) {
	t.Helper()
	cfg, err := load(t, fmt.Sprintf(listed, params))
	require.NoError(t, err)
	for _, part := range cfg.Parts() {
		assert.Len(t, part.Config.Parts(), 1, "a part has no lists")
		names = append(names, part.Name)
	}
	return names
}

func TestListsMakeOneSourceForEachCombination(t *testing.T) {
	for params, want := range map[string][]string{
		"{org: a, log: x}":             {""},
		"{org: [a], log: x}":           {"org=a"},
		"{org: [a, b], log: x}":        {"org=a", "org=b"},
		"{org: [b, c, a], log: x}":     {"org=b", "org=c", "org=a"},
		"{org: [a, b], log: [x, y]}":   {"log=x,org=a", "log=x,org=b", "log=y,org=a", "log=y,org=b"},
		"{org: [7, 'a/b=,c'], log: x}": {"org=7", "org=a%2Fb%3D%2Cc"},
	} {
		assert.Equal(t, want, partNames(t, params), params)
	}
}

func TestAPartReadsItsOwnLog(t *testing.T) {
	cfg, err := load(t, fmt.Sprintf(listed, "{org: [a, b], log: x}")+"resource_attributes: {vendor.org: 'org {params.org}'}\n")
	require.NoError(t, err)
	var urls, attributes, accounts []string
	for _, part := range cfg.Parts() {
		c, err := part.Config.compile()
		require.NoError(t, err)
		urls = append(urls, c.send.Endpoint.String())
		attributes = append(attributes, part.Config.resource()["vendor.org"])
		accounts = append(accounts, c.source.Fingerprint.Account)
	}
	assert.Equal(t, []string{"https://api.example.com/a/x", "https://api.example.com/b/x"}, urls)
	assert.Equal(t, []string{"org a", "org b"}, attributes)
	single, err := load(t, fmt.Sprintf(listed, "{org: a, log: x}"))
	require.NoError(t, err)
	assert.Equal(t, single.fingerprint().Account, accounts[0], "a list of one polls the same account as the value alone")
	assert.NotEqual(t, accounts[0], accounts[1])
}

func TestStorageNamesAreShortAndDistinct(t *testing.T) {
	long := strings.Repeat("x", 300)
	a, b := Part{Name: "org=" + long + "a"}.StorageName(), Part{Name: "org=" + long + "b"}.StorageName()
	assert.NotEqual(t, a, b)
	assert.LessOrEqual(t, len(a), maxStorageName)
	assert.Equal(t, "org=a", Part{Name: "org=a"}.StorageName())
	assert.Empty(t, Part{}.StorageName())
}

func TestListsThatCanNotBeMeant(t *testing.T) {
	many := make([]string, 40)
	for i := range many {
		many[i] = fmt.Sprint("v", i)
	}
	list := "[" + strings.Join(many, ", ") + "]"
	for text, want := range map[string]string{
		fmt.Sprintf(listed, "{org: [], log: x}"):                               "`params::org` is an empty list",
		fmt.Sprintf(listed, "{org: [a, ''], log: x}"):                          "`params::org::1` is empty",
		fmt.Sprintf(listed, "{org: [a, b, a], log: x}"):                        "`params::org` has \"a\" twice",
		fmt.Sprintf(listed, "{org: a, log: x, other: [a, b]}"):                 "{params.other} stands nowhere",
		fmt.Sprintf(listed, "{org: "+list+", log: "+list+"}"):                  "more than 1000 sources",
		fmt.Sprintf(listed, "{org: {a: b}, log: x}"):                           "params",
		"endpoint: https://{params.h}/\nparams: {h: [a.example.com, 'b/c']}\n": "with `params` h=b%2Fc: ",
		"preset: m365\nparams: {tenant_id: [a, b], content_type: Audit.General}\n" +
			"credentials: {oauth2: {client_id: i, client_secret: s, grant: refresh_token, refresh_token: r}}\n": "one refresh token",
	} {
		_, err := load(t, text)
		assert.ErrorContains(t, err, want, text)
	}
}

func TestPartsShareTheBudgetOfTheirCredential(t *testing.T) {
	cfg, err := load(t, fmt.Sprintf(listed, "{org: [a, b], log: x}")+"rate_limit: {requests_per_second: 2}\n")
	require.NoError(t, err)
	r := &auditReceiver{cfg: cfg, budgets: new(send.Budgets)}
	var a, b send.Settings
	require.NoError(t, r.share(&a))
	require.NoError(t, r.share(&b))
	require.NotNil(t, a.Budget)
	assert.Same(t, a.Budget, b.Budget)
	cfg.lists = nil
	var single send.Settings
	require.NoError(t, r.share(&single))
	assert.Nil(t, single.Budget, "one source needs none")
}
