// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestJudgeTellsWhatIsLeftOut(t *testing.T) {
	const body = `{"data":[{"type":"login","n":1},{"type":"logout","n":2},{"type":"login","n":3}]}`
	cfg := createDefaultConfig().(*Config)
	cfg.ClientConfig.Endpoint = "https://api.example.com/v1/audit"
	cfg.Response.Records = Paths{"data"}
	n, out, err := cfg.Judge(body)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	assert.Empty(t, out, "without a filter everything is kept")

	cfg.ExcludeOn = []string{`"n":3`}
	_, out, err = cfg.Judge(body)
	require.NoError(t, err)
	assert.Equal(t, []string{`{"type":"login","n":3}`}, out)

	cfg.ExcludeOn, cfg.MatchOn, cfg.MatchPath = nil, []string{"^login$"}, Paths{"type"}
	_, out, err = cfg.Judge(body)
	require.NoError(t, err)
	assert.Equal(t, []string{`{"type":"logout","n":2}`}, out)

	_, _, err = cfg.Judge("<html>")
	assert.Error(t, err)
}
