// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestConvertedConfigsAreValid holds that what convert makes of the originals
// is a configuration that the Collector takes, and what validate finds in it.
func TestConvertedConfigsAreValid(t *testing.T) {
	files, err := filepath.Glob("../internal/flicker/testdata/convert/*.golden")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range []string{
		"OKTA_API_TOKEN", "OKTA_TOKEN", "GITHUB_TOKEN", "SALESFORCE_TOKEN", "SLACK_TOKEN", "SAAS_KEY", "TENANT_TOKEN", "KEYED_TOKEN",
		"OTHER_KEY", "SIEM_API_KEY", "ES_PASSWORD", "SHIPPER_PASSWORD", "HEC_TOKEN",
	} {
		t.Setenv(name, "secret")
	}
	t.Setenv("SIEM_ENDPOINT", "https://siem.example.com")
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			out, err := run("validate", "--config", file)
			require.NoError(t, err)
			if !strings.Contains(file, "every_key") {
				assert.Equal(t, "The configuration is valid. An event counts as delivered when the destination has it.\n", out)
				return
			}
			// What is lossy in the original stays so, and is said.
			assert.Equal(t, 3, strings.Count(out, "warning "), out)
			assert.Equal(t, 3, strings.Count(out, "warning  exporters::syslog/"), out)
		})
	}
}
