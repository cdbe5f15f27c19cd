// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// selectAll asks for all fields in the order of Body.
func selectAll(rest string) string {
	return "/salesforce/services/data/v67.0/query?q=" +
		url.QueryEscape("SELECT "+strings.Join(setupFields, ",")+" FROM SetupAuditTrail "+rest)
}

func (g *rig) soqlWalk(first string) []string {
	g.t.Helper()
	var got []string
	for next := first; ; {
		a := g.get(200, next, header("Sforce-Query-Options", "batchSize=200"))
		got = append(got, a.raw("records")...)
		require.NotEmpty(g.t, a.header.Get("Sforce-Limit-Info"))
		if a.get("done").Bool() {
			require.False(g.t, a.get("nextRecordsUrl").Exists())
			require.Len(g.t, got, int(a.get("totalSize").Int()))
			return got
		}
		next = a.get("nextRecordsUrl").String()
		require.True(g.t, strings.HasPrefix(next, "/salesforce/services/data/v67.0/query/01g"), next)
	}
}

func TestSalesforceWalkSeesEveryEvent(t *testing.T) {
	for _, order := range []string{"ASC", "DESC"} {
		t.Run(order, func(t *testing.T) {
			g := newRig(t, Salesforce, untidy())
			g.clock.add(20 * time.Minute)
			got := g.soqlWalk(selectAll("WHERE CreatedDate >= 2025-12-01T00:00:00Z ORDER BY CreatedDate " + order + ", Id " + order))
			assert.Positive(t, g.all(got))
			assert.Greater(t, len(got), 2500)
		})
	}
}

func TestSalesforceQueryIsASnapshot(t *testing.T) {
	g := newRig(t, Salesforce, LogConfig{Rate: 1, Backlog: 300})
	a := g.get(200, selectAll("ORDER BY CreatedDate"), header("Sforce-Query-Options", "batchSize=200"))
	g.clock.add(time.Minute)
	b := g.get(200, a.get("nextRecordsUrl").String())
	assert.Len(t, b.raw("records"), 100)
	assert.Equal(t, int64(300), b.get("totalSize").Int())
}

func TestSalesforceServesWhatIsSelected(t *testing.T) {
	g := newRig(t, Salesforce, LogConfig{Backlog: 3})
	q := url.QueryEscape("select createddate, CreatedBy.Name, Id, CreatedBy.Username from SetupAuditTrail where CreatedDate>=2025-12-31T23:59:58+00:00 and CreatedDate<2026-01-01T00:00:00Z order by CreatedDate limit 1")
	a := g.get(200, "/salesforce/services/data/v60.0/query/?q="+q)
	require.Equal(t, int64(1), a.get("totalSize").Int())
	assert.Equal(t, "2025-12-31T23:59:58.000+0000", a.get("records.0.CreatedDate").String())
	assert.False(t, a.get("records.0.Action").Exists())
	assert.True(t, a.get("records.0.CreatedBy.Name").Exists())
	assert.Contains(t, a.get("records.0.CreatedBy.Username").String(), "@")
}

func TestSalesforceLocatorsExpire(t *testing.T) {
	g := newRig(t, Salesforce, LogConfig{Backlog: 300})
	open := func() string {
		return g.get(200, selectAll("ORDER BY CreatedDate"), header("Sforce-Query-Options", "batchSize=200")).get("nextRecordsUrl").String()
	}
	old := open()
	g.clock.add(48 * time.Hour)
	g.get(200, old)
	g.clock.add(time.Second)
	assert.Equal(t, "INVALID_QUERY_LOCATOR", g.get(400, old).get("0.errorCode").String())
	fresh := open()
	for range maxLocators {
		open()
	}
	assert.Equal(t, "INVALID_QUERY_LOCATOR", g.get(400, fresh).get("0.errorCode").String())
	for _, bad := range []string{"x", "01gSIM000000000150", "01gSIM000000000150--1"} {
		g.get(400, "/salesforce/services/data/v67.0/query/"+bad)
	}
}

func TestSalesforceRefuses(t *testing.T) {
	g := newRig(t, Salesforce, LogConfig{Backlog: 3})
	for _, q := range []string{
		"", "SELECT", "SELECT Id", "SELECT Id FROM Account",
		"SELECT Id FROM SetupAuditTrail WHERE CreatedDate >= '2026-01-01T00:00:00Z'",
		"SELECT Id FROM SetupAuditTrail WHERE CreatedDate >= 2026-01-01",
		"SELECT Id FROM SetupAuditTrail WHERE Action = x",
		"SELECT Id FROM SetupAuditTrail ORDER BY CreatedDate UP",
		"SELECT Id FROM SetupAuditTrail ORDER BY CreatedDate ASC, Id DESC",
		"SELECT Id FROM SetupAuditTrail LIMIT 0", "SELECT Id FROM SetupAuditTrail OFFSET 2000",
	} {
		a := g.get(400, "/salesforce/services/data/v67.0/query?q="+url.QueryEscape(q))
		assert.Equal(t, "MALFORMED_QUERY", a.get("0.errorCode").String(), q)
	}
	a := g.get(400, "/salesforce/services/data/v67.0/query?q="+url.QueryEscape("SELECT Id,Nope FROM SetupAuditTrail"))
	assert.Equal(t, "INVALID_FIELD", a.get("0.errorCode").String())
	g.get(400, selectAll("")+"&limit=5")
	a = g.get(401, selectAll(""), header("Authorization", "Bearer x"))
	assert.Equal(t, "INVALID_SESSION_ID", a.get("0.errorCode").String())
	require.NoError(t, g.sim.SetFault(Salesforce, Fault{Kind: FaultRateLimit, Next: 1}))
	assert.Equal(t, "REQUEST_LIMIT_EXCEEDED", g.get(403, selectAll("")).get("0.errorCode").String())
}

func TestSalesforceIssuesTokens(t *testing.T) {
	g := newRig(t, Salesforce, LogConfig{Backlog: 3})
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"sim-salesforce-id"}, "client_secret": {"sim-salesforce-secret"}}
	url := "/salesforce/services/oauth2/token"
	a := g.send(200, http.MethodPost, url, form.Encode())
	auth := header("Authorization", "Bearer "+a.get("access_token").String())
	g.get(200, selectAll(""), auth)
	g.clock.add(time.Hour)
	g.get(401, selectAll(""), auth)
	form.Set("client_secret", "wrong")
	g.send(401, http.MethodPost, url, form.Encode())
	g.send(400, http.MethodPost, url, "grant_type=password")
}

func FuzzSOQL(f *testing.F) {
	for _, s := range []string{
		"SELECT Id FROM SetupAuditTrail WHERE CreatedDate >= 2026-01-01T00:00:00Z AND CreatedDate < 2026-01-02T00:00:00Z ORDER BY CreatedDate ASC, Id LIMIT 5",
		"select Id,,from", "SELECT Id FROM SetupAuditTrail WHERE CreatedDate=<", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := parseSOQL(text)
		if err != nil {
			assert.ErrorIs(t, err, errSOQL)
			return
		}
		assert.NotEmpty(t, q.fields)
		assert.GreaterOrEqual(t, q.limit, 0)
	})
}
