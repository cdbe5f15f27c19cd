// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"log"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTheStandardLogQuotesNobody(t *testing.T) {
	var out bytes.Buffer
	logger := log.New(plainLog{&out, func() time.Time { return time.Unix(0, 0) }}, "", 0)
	for entry, want := range map[string]string{
		"Unsolicited response received on idle HTTP channel starting with \"c4nary \\\" c4nary\\r\\n\"; err=<nil>": `Unsolicited response received on idle HTTP channel starting with \"...\"; err=\u003cnil\u003e`,
		`cut in the middle of "c4nary`: `cut in the middle of \"...\"`,
		"two\nlines":                   `two\nlines`,
	} {
		out.Reset()
		logger.Print(entry)
		assert.Equal(t, `{"level":"info","logger":"go","msg":"`+want+`","ts":"1970-01-01T00:00:00Z"}`+"\n", out.String())
	}
}
