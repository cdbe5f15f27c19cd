// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
)

func TestAResetIsOfferedForADamagedStateOnly(t *testing.T) {
	for name, tc := range map[string]struct {
		err     error
		offered bool
	}{
		"a damaged state":                 {fmt.Errorf("state: %w", checkpoint.ErrCorrupt), true},
		"a state of a newer version":      {fmt.Errorf("state: %w", checkpoint.ErrNewer), false},
		"a storage that can't be reached": {errors.New("dial tcp 127.0.0.1:7070: connect: connection refused"), false},
		"a storage with the wrong region": {errors.New("AuthorizationHeaderMalformed"), false},
	} {
		err := withRemedy(tc.err, "restaudit/okta")
		assert.ErrorIs(t, err, tc.err, name)
		if tc.offered {
			assert.ErrorContains(t, err, "checkpoint reset restaudit/okta", name)
		} else {
			assert.NotContains(t, err.Error(), "reset", name)
		}
	}
}
