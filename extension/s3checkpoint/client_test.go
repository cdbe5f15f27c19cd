// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

func TestWhatWasSetIsThereAfterARestart(t *testing.T) {
	sim := s3sim.New(testBucket)
	c := newReplica(t, sim).client(t)
	set(t, c, "state", `{"last_timestamp":"2025-12-17T15:30:00.123Z","cursor":"eyJ"}`)
	text, _ := sim.Object(testBucket, mainKey)
	t.Log(string(text))
	again := newReplica(t, sim).client(t)
	assert.Equal(t, `{"last_timestamp":"2025-12-17T15:30:00.123Z","cursor":"eyJ"}`, get(t, again, "state"))
}
