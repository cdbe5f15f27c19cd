// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const onePasswordURL = "/onepassword/api/v2/auditevents"

func TestOnePasswordCursorGoesOnForEver(t *testing.T) {
	g := newRig(t, OnePassword, untidy())
	var got []string
	body := `{"limit":40,"start_time":"2025-12-01T00:00:00Z"}`
	for range 20 {
		for {
			a := g.send(200, http.MethodPost, onePasswordURL, body)
			got = append(got, a.raw("items")...)
			body = fmt.Sprintf(`{"cursor":%q}`, a.get("cursor").String())
			if !a.get("has_more").Bool() {
				break
			}
			require.NotEmpty(t, a.raw("items"))
		}
		g.clock.add(7 * time.Second)
	}
	g.clock.add(-7 * time.Second)
	assert.Positive(t, g.all(got))
}

func TestOnePasswordBodyIsResetOrCursor(t *testing.T) {
	g := newRig(t, OnePassword, LogConfig{Backlog: 100})
	a := g.send(200, http.MethodPost, onePasswordURL, `{"limit":1,"start_time":"2025-12-31T23:59:30Z","end_time":"2025-12-31T23:59:40Z"}`)
	cursor := a.get("cursor").String()
	for _, bad := range []string{
		`{"cursor":"` + cursor + `","limit":1}`, `{"cursor":"` + cursor + `","start_time":"2025-12-31T23:59:30Z"}`,
		`{"cursor":"made up"}`, `{"limit":0}`, `{"limit":1001}`, `{"start":1}`, ``, `{"start_time":"x"}`,
	} {
		g.send(400, http.MethodPost, onePasswordURL, bad)
	}
	g.send(400, http.MethodPost, onePasswordURL+"?limit=3", `{}`)
	rest := 0
	for more := true; more; {
		a = g.send(200, http.MethodPost, onePasswordURL, fmt.Sprintf(`{"cursor":%q}`, cursor))
		rest += len(a.raw("items"))
		cursor, more = a.get("cursor").String(), a.get("has_more").Bool()
	}
	assert.Equal(t, 9, rest, "the bounds belong to the cursor")
	assert.Len(t, g.send(200, http.MethodPost, onePasswordURL, `{"cursor":""}`).raw("items"), 100, "an empty cursor is a reset")
	g.send(401, http.MethodPost, onePasswordURL, `{}`, header("Authorization", "Bearer x"))
	g.get(404, onePasswordURL)
}
