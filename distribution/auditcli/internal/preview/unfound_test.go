// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPathsThatLeadNowhereAreNamed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `[{"id":"a","verb":"login","who":{"mail":"a@x"}},{"id":"b","at":"2026-01-01T00:00:00Z","verb":"x","ip":"192.0.2.1"}]`)
	}))
	defer server.Close()
	for name, c := range map[string]struct {
		config string
		want   []Unfound
	}{
		"what one record has is found": {
			"response: {id: id, timestamp: at, event_name: verb}\nattributes: {user.email: who.mail, client.address: [addr, ip]}", nil,
		},
		"what no record has is not": {
			"response: {id: uuid, timestamp: time, event_name: event.verb, severity: level}\nattributes: {user.email: user.mail, client.address: ip}",
			[]Unfound{
				{"response::id", []string{"uuid"}},
				{"response::timestamp", []string{"time"}},
				{"response::event_name", []string{"event.verb"}},
				{"response::severity", []string{"level"}},
				{"attributes::user.email", []string{"user.mail"}},
			},
		},
		"a time that can't be read was found": {"response: {timestamp: verb}", nil},
		"without records nothing is known":    {"response: {id: uuid}\nexclude_on: ['.']", nil},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := Run(t.Context(), settings(t, "endpoint: "+server.URL+"\nstart_at: beginning\n"+c.config))
			require.NoError(t, err)
			assert.Equal(t, c.want, result.Unfound)
		})
	}
}
