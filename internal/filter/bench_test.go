// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// dozen are patterns as users write them: literals, case-insensitive ones, wildcards, alternatives.
var dozen = []string{
	`user\.session\.impersonation`, `(?i)password`, `policy\.rule\.(add|update|delete)`,
	`"eventType":\s*"application\.user_membership`, `(?i)privilege.*grant`, `.*secrets?\.read.*`,
	`system\.internal`, `(?i)healthcheck`, `"alternateId":"svc-[a-z0-9]+@`,
	`kube-(probe|system)`, `(?i)debug[_ -]?level`, `monitoring\..*\.poll`,
}

// plainEvent has the size and shape of an Okta System Log event and none of the literals of dozen.
var plainEvent = strings.Repeat(`{"actor":{"id":"00uttidj01jqL21aM1d6","type":"User","alternateId":"john.doe@example.com",`+
	`"displayName":"John Doe","detailEntry":null},"client":{"userAgent":{"rawUserAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",`+
	`"os":"Mac OS X","browser":"CHROME"},"zone":null,"device":"Computer","id":null,"ipAddress":"10.0.0.1","geographicalContext":`+
	`{"city":"New York","state":"New York","country":"United States","postalCode":10013,"geolocation":{"lat":40.3157,"lon":-74.01}}},`+
	`"displayMessage":"User login to Okta","eventType":"user.authentication.sso","outcome":{"result":"SUCCESS","reason":null},`+
	`"published":"2025-12-17T15:30:00.123Z","severity":"INFO","uuid":"3aeede38-4f67-11ea-abd3-1f5d113f2546"}`, 4)[:2200]

func benchmarkKeep(b *testing.B, s Settings, text string) {
	f, err := New(s)
	require.NoError(b, err)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		f.Keep(text)
	}
}

func BenchmarkKeepDozenNoLiteral(b *testing.B) {
	benchmarkKeep(b, Settings{Match: dozen[:6], Exclude: dozen[6:]}, plainEvent)
}

func BenchmarkKeepDozenExclude(b *testing.B) {
	benchmarkKeep(b, Settings{Exclude: dozen}, plainEvent)
}

func BenchmarkKeepShortLiterals(b *testing.B) {
	benchmarkKeep(b, Settings{Exclude: []string{`(?i)admin`, `(?i)grant`, `token`, `delete`}}, plainEvent)
}

func BenchmarkKeepOneLiteral(b *testing.B) {
	benchmarkKeep(b, Settings{Match: []string{`user\.session\.start`}}, plainEvent)
}

func BenchmarkKeepMatchingLiteral(b *testing.B) {
	benchmarkKeep(b, Settings{Match: []string{`(?i)USER\.authentication`}}, plainEvent)
}

func BenchmarkKeepOnField(b *testing.B) {
	benchmarkKeep(b, Settings{Match: dozen[:6], Exclude: dozen[6:]}, "user.authentication.sso")
}

// BenchmarkPlainExpressions is what the same decision costs without the filter.
func BenchmarkPlainExpressions(b *testing.B) {
	var res []*regexp.Regexp
	for _, p := range dozen {
		res = append(res, regexp.MustCompile(p))
	}
	b.SetBytes(int64(len(plainEvent)))
	for b.Loop() {
		for _, re := range res {
			re.MatchString(plainEvent)
		}
	}
}
