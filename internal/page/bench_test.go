// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// oktaShape is an event of the Okta System Log's shape, about 2.2 kB; the dots
// are filled with words of differing lengths, so that no branch predictor can
// learn a page by heart.
const oktaShape = `{"actor":{"id":".","type":"User","alternateId":".","displayName":".","detailEntry":null},` +
	`"client":{"userAgent":{"rawUserAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) .",` +
	`"os":".","browser":"CHROME"},"zone":"null","device":"Computer","id":null,"ipAddress":".","geographicalContext":` +
	`{"city":".","state":".","country":".","postalCode":"10115","geolocation":{"lat":52.5323,"lon":13.3846}}},"device":null,` +
	`"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,` +
	`"interface":null,"authenticationStep":0,"rootSessionId":".","externalSessionId":"."},"displayMessage":".",` +
	`"eventType":"user.session.start","outcome":{"result":"SUCCESS","reason":null},"published":"2026-01-01T00:00:00.123Z",` +
	`"securityContext":{"asNumber":3320,"asOrg":".","isp":".","domain":".","isProxy":false},"severity":"INFO","debugContext":` +
	`{"debugData":{"requestId":".","dtHash":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",` +
	`"deviceFingerprint":"fedcba9876543210fedcba9876543210","requestUri":".","threatSuspected":"false",` +
	`"url":"/idp/idx/identify?stateHandle=.","authnRequestId":"."}},"legacyEventType":"core.user_auth.login_success",` +
	`"transaction":{"type":"WEB","id":".","detail":{}},"uuid":"dc9fd3c0-0000-11f0-8478-2b7584bf8d5a","version":"0",` +
	`"request":{"ipChain":[{"ip":".","geographicalContext":{"city":".","state":".","country":".","postalCode":"10115",` +
	`"geolocation":{"lat":52.5323,"lon":13.3846}},"version":"V4","source":null}]},"target":[{"id":".","type":"AppUser",` +
	`"alternateId":".","displayName":".","detailEntry":{"signOnModeType":"OPENID_CONNECT"}}]}`

// smallShape is an event of about 400 bytes.
const smallShape = `{"@timestamp":1767225600123,"created_at":1767225600123,"_document_id":".","action":"repo.create",` +
	`"actor":".","actor_id":1,"actor_ip":".","actor_location":{"country_code":"DE"},"org":".","org_id":7,` +
	`"repo":".","user_agent":"Mozilla/5.0 (Macintosh) .","visibility":"private","public_repo":false}`

// fill replaces the dots that stand for words.
func fill(shape string, random *rand.Rand) string {
	const letters = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJ-0123456789_@"
	var out strings.Builder
	for i, part := range strings.Split(shape, `."`) {
		if i > 0 {
			for range 4 + random.IntN(36) {
				out.WriteByte(letters[random.IntN(len(letters))])
			}
			out.WriteByte('"')
		}
		out.WriteString(part)
	}
	return out.String()
}

// pageOf returns n different events, joined.
func pageOf(shape string, n int, before, between, after string) string {
	random := rand.New(rand.NewPCG(1, 2))
	events := make([]string, n)
	for i := range events {
		events[i] = fill(shape, random)
	}
	return before + strings.Join(events, between) + after
}

// oktaFields are what a typical configuration wants of an event.
func oktaFields() [][]string {
	return [][]string{
		{"uuid"},
		{"published"},
		{"eventType"},
		{"displayMessage"},
		{"severity"},
		{"actor.id"},
		{"actor.alternateId"},
		{"client.ipAddress"},
		{"client.userAgent.rawUserAgent"},
		{"outcome.result"},
	}
}

func benchmarkDecode(b *testing.B, s Settings, body string) {
	b.Helper()
	d, err := NewDecoder(s)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	records := 0
	for b.Loop() {
		p, err := d.Decode(body)
		if err != nil {
			b.Fatal(err)
		}
		records = len(p.Records)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*records), "ns/event")
	b.ReportMetric(float64(len(body)/records), "B/event")
}

func BenchmarkDecodeOkta(b *testing.B) {
	benchmarkDecode(b, Settings{Fields: oktaFields()}, pageOf(oktaShape, 1000, "[", ",", "]"))
}

func BenchmarkDecodeOktaNoFields(b *testing.B) {
	benchmarkDecode(b, Settings{}, pageOf(oktaShape, 1000, "[", ",", "]"))
}

func BenchmarkDecodeSmall(b *testing.B) {
	s := Settings{Fields: [][]string{{"_document_id"}, {"@timestamp", "created_at"}, {"action"}, {"actor"}, {"actor_ip"}, {"org"}}}
	benchmarkDecode(b, s, pageOf(smallShape, 1000, "[", ",", "]"))
}

func BenchmarkDecodeEnvelope(b *testing.B) {
	s := Settings{Records: []string{"data.events"}, Envelope: [][]string{{"next"}, {"meta.more"}}, Fields: oktaFields()}
	benchmarkDecode(b, s, pageOf(oktaShape, 1000, `{"meta":{"more":true},"data":{"events":[`, ",", `]},"next":"abc"}`))
}

func BenchmarkDecodeNDJSON(b *testing.B) {
	benchmarkDecode(b, Settings{Format: NDJSON, Fields: oktaFields()}, pageOf(oktaShape, 1000, "", "\n", "\n"))
}

// BenchmarkBaseline is what gjson needs for parts of the same work: validation
// alone and cutting into records alone.
func BenchmarkBaseline(b *testing.B) {
	body := pageOf(oktaShape, 1000, "[", ",", "]")
	for name, work := range map[string]func(){
		"Valid": func() { gjson.Valid(body) },
		"Split": func() { gjson.Parse(body).ForEach(func(_, _ gjson.Result) bool { return true }) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				work()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*1000), "ns/event")
		})
	}
}
