// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestALongTextDoesNotGrowByItsRepair(t *testing.T) {
	assert.Equal(t, "a\ufffdb", validText("a\xff\xfeb"))
	long := strings.Repeat("a\xff", longText)
	got := validText(long)
	assert.True(t, utf8.ValidString(got))
	assert.Equal(t, strings.Repeat("a?", longText), got)
	whole := strings.Repeat("é", longText)
	assert.Equal(t, whole, validText(whole))
}
