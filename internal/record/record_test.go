// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package record

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/page"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func usual() Settings {
	return Settings{
		ID: []string{"uuid", "id"}, Time: []string{"published"}, EventName: []string{"type"}, Message: []string{"text"}, Severity: []string{"level"},
		Attributes: []Attribute{{Name: "user.name", Paths: []string{"actor.email", "actor.name"}}, {Name: "client.port", Paths: []string{"port"}}},
	}
}

// build makes the records of a JSON array.
func build(t testing.TB, s Settings, body string) []Record {
	t.Helper()
	d, err := page.NewDecoder(page.Settings{Fields: s.Fields()})
	require.NoError(t, err)
	p, err := d.Decode(body)
	require.NoError(t, err)
	b, err := NewBuilder(s)
	require.NoError(t, err)
	return b.Build(p, now)
}

func contentHash(raw string) string {
	sum := sha256.Sum256([]byte(raw))
	return "sha256:" + hex.EncodeToString(sum[:16])
}

func TestBuildTakesTheFieldsToTheirPlaces(t *testing.T) {
	raw := `{"uuid":"u-1","published":"2026-01-01T12:00:00.5+02:00","type":"user.login","text":"in \"quotes\"","level":"WARN","actor":{"name":"ada"},"port":443}`
	records := build(t, usual(), "["+raw+"]")
	require.Len(t, records, 1)
	assert.Equal(t, Record{
		Raw: raw, UID: "u-1", Time: time.Date(2026, 1, 1, 10, 0, 0, 5e8, time.UTC), EventName: "user.login", Message: `in "quotes"`, Severity: "WARN",
		Values: []page.Value{{Kind: page.String, Raw: `"ada"`}, {Kind: page.Number, Raw: "443"}},
	}, records[0])
	assert.Equal(t, time.UTC, records[0].Time.Location())
}

func TestUID(t *testing.T) {
	long := strings.Repeat("x", MaxID)
	for name, tc := range map[string]struct{ raw, want string }{ // want "" = the content hash
		"text":                                {`{"uuid":"a b"}`, "a b"},
		"escapes are resolved":                {`{"uuid":"a\u002db"}`, "a-b"},
		"a number keeps its digits":           {`{"uuid":12345678901234567890123}`, "12345678901234567890123"},
		"a fraction and an exponent too":      {`{"uuid":1.10e5}`, "1.10e5"},
		"the second candidate":                {`{"id":"second"}`, "second"},
		"null is no id":                       {`{"uuid":null,"id":7}`, "7"},
		"as long as allowed":                  {`{"uuid":"` + long + `"}`, long},
		"too long":                            {`{"uuid":"x` + long + `"}`, ""},
		"none":                                {`{"x":1}`, ""},
		"an empty one":                        {`{"uuid":""}`, ""},
		"a flag tells no events apart":        {`{"uuid":true}`, ""},
		"a structure":                         {`{"uuid":{"a":1}}`, ""},
		"a list":                              {`{"uuid":["a"]}`, ""},
		"a lone surrogate could be any other": {`{"uuid":"a\ud800"}`, ""},
		"a replaced character too":            {`{"uuid":"a` + "\ufffd" + `"}`, ""},
		"bytes that are not UTF-8":            {`{"uuid":"a` + "\xe4" + `"}`, ""},
		"not an object":                       {`"uuid"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := build(t, usual(), "[ "+tc.raw+" ]")[0]
			if tc.want == "" {
				assert.Equal(t, contentHash(tc.raw), r.UID)
				assert.NotZero(t, r.Flags&HashUID)
				return
			}
			assert.Equal(t, tc.want, r.UID)
			assert.Zero(t, r.Flags&HashUID)
		})
	}
}

func TestIDAndHash(t *testing.T) {
	s := usual()
	s.IDAndHash = true
	records := build(t, s, `[{"uuid":"u"},{"uuid":"u","edited":1},{"uuid":"u"},{}]`)
	assert.Equal(t, "u/"+contentHash(`{"uuid":"u"}`), records[0].UID)
	assert.Equal(t, "u/"+contentHash(`{"uuid":"u","edited":1}`), records[1].UID)
	assert.Equal(t, records[0].UID, records[2].UID)
	assert.Zero(t, records[0].Flags&HashUID)
	assert.Equal(t, contentHash(`{}`), records[3].UID)
}

func TestContentHashIsOfTheWholeRecord(t *testing.T) {
	a, b := `{"x":"`+strings.Repeat("a", 5000)+`1"}`, `{"x":"`+strings.Repeat("a", 5000)+`2"}`
	records := build(t, usual(), "["+a+","+b+"]")
	assert.Equal(t, contentHash(a), records[0].UID)
	assert.Equal(t, contentHash(b), records[1].UID)
}

func TestTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, text)
		require.NoError(t, err)
		return v.UTC()
	}
	for name, tc := range map[string]struct {
		format string
		zone   *time.Location
		value  string
		want   time.Time
		flags  Flag
	}{
		"RFC 3339":                         {value: `"2026-01-01T00:00:00Z"`, want: at("2026-01-01T00:00:00Z")},
		"Unix milliseconds as a number":    {value: `1767225600123`, want: at("2026-01-01T00:00:00.123Z")},
		"Unix seconds as a text":           {value: `"1767225600"`, want: at("2026-01-01T00:00:00Z")},
		"without a zone it is UTC":         {value: `"2026-01-01T00:00:00"`, want: at("2026-01-01T00:00:00Z")},
		"or the one configured":            {zone: berlin, value: `"2026-01-01T00:00:00"`, want: at("2025-12-31T23:00:00Z")},
		"a configured format":              {format: "02/01/2006 15:04:05", zone: berlin, value: `"01/02/2025 00:00:00"`, want: at("2025-01-31T23:00:00Z")},
		"what the configured format isn't": {format: "unix", value: `"2026-01-01T00:00:00Z"`, flags: TimeInvalid},
		"missing":                          {value: ``, flags: TimeMissing},
		"null":                             {value: `null`, flags: TimeMissing},
		"empty":                            {value: `""`, flags: TimeMissing},
		"words":                            {value: `"yesterday"`, flags: TimeInvalid},
		"two meanings":                     {value: `"01/02/2026"`, flags: TimeInvalid},
		"a flag":                           {value: `true`, flags: TimeInvalid},
		"a structure":                      {value: `{"a":1}`, flags: TimeInvalid},
		"the year 1 means none":            {value: `"0001-01-01T00:00:00Z"`, flags: TimeInvalid},
		"a day ahead is believed":          {value: `"2026-01-03T03:04:05Z"`, want: at("2026-01-03T03:04:05Z")},
		"more is kept but flagged":         {value: `"2026-01-03T03:04:06Z"`, want: at("2026-01-03T03:04:06Z"), flags: TimeFuture},
		"the year 9999 does not stop the watermark": {value: `"9999-12-31T23:59:59Z"`, want: at("9999-12-31T23:59:59Z"), flags: TimeFuture},
	} {
		t.Run(name, func(t *testing.T) {
			s := usual()
			s.TimeFormat, s.Zone = tc.format, tc.zone
			raw := `{"uuid":"u"}`
			if tc.value != "" {
				raw = `{"uuid":"u","published":` + tc.value + `}`
			}
			r := build(t, s, "["+raw+"]")[0]
			assert.Equal(t, tc.want, r.Time)
			assert.Equal(t, tc.flags, r.Flags)
			assert.Equal(t, "u", r.UID)
		})
	}
	t.Run("nothing is judged without a clock", func(t *testing.T) {
		b, err := NewBuilder(usual())
		require.NoError(t, err)
		r := b.Build(page.Page{ValidUTF8: true, Records: []page.Record{{Raw: "{}", Fields: []page.Value{{}, {Kind: page.String, Raw: `"9999-01-01T00:00:00Z"`}}}}}, time.Time{})
		assert.Zero(t, r[0].Flags&TimeFuture)
	})
	t.Run("the limit can be set", func(t *testing.T) {
		s := usual()
		s.MaxFuture = time.Hour
		assert.Equal(t, TimeFuture, build(t, s, `[{"uuid":"u","published":"2026-01-02T04:04:06Z"}]`)[0].Flags)
	})
}

func TestWhateverTheVendorSendsIsARecord(t *testing.T) {
	records := build(t, usual(), `[null, 17, "text", [1], {}, true]`)
	require.Len(t, records, 6)
	for i, raw := range []string{`null`, `17`, `"text"`, `[1]`, `{}`, `true`} {
		assert.Equal(t, raw, records[i].Raw)
		assert.Equal(t, contentHash(raw), records[i].UID)
		assert.Equal(t, TimeMissing|HashUID, records[i].Flags)
		assert.Equal(t, make([]page.Value, 2), records[i].Values)
	}
	assert.Empty(t, build(t, usual(), `[]`))
}

func TestInvalidUTF8IsCleanedWhereItIs(t *testing.T) {
	bad := `{"uuid":"u1","type":"a` + "\xff\xfe" + `b","text":"` + "\xff" + `","level":"` + "\xff" + `","actor":{"email":"x` + "\xff" + `"},"port":1}`
	good := `{"uuid":"u2","type":"ä","actor":{"email":"y"}}`
	s := usual()
	d, err := page.NewDecoder(page.Settings{Fields: s.Fields()})
	require.NoError(t, err)
	p, err := d.Decode("[" + bad + "," + good + "]")
	require.NoError(t, err)
	require.False(t, p.ValidUTF8)
	b, err := NewBuilder(s)
	require.NoError(t, err)
	records := b.Build(p, now)
	assert.Equal(t, Record{
		Raw: bad, UID: "u1", EventName: "a\ufffdb", Message: "\ufffd", Severity: "\ufffd", Flags: InvalidUTF8 | TimeMissing,
		Values: []page.Value{{Kind: page.String, Raw: "\"x\ufffd\""}, {Kind: page.Number, Raw: "1"}},
	}, records[0])
	assert.Equal(t, "ä", records[1].EventName)
	assert.Zero(t, records[1].Flags&InvalidUTF8)
	assert.Contains(t, p.Records[0].Fields[fieldAttributes].Raw, "\xff", "the page is left alone")
}

func TestFieldsOfTheCallerAreNotValues(t *testing.T) {
	s := usual()
	d, err := page.NewDecoder(page.Settings{Fields: append(s.Fields(), []string{"extra"})})
	require.NoError(t, err)
	p, err := d.Decode(`[{"extra":1,"port":2}]`)
	require.NoError(t, err)
	b, err := NewBuilder(s)
	require.NoError(t, err)
	r := b.Build(p, now)[0]
	assert.Equal(t, []page.Value{{}, {Kind: page.Number, Raw: "2"}}, r.Values)
	assert.Equal(t, 2, cap(r.Values))
}

func TestNewBuilderNamesTheKeys(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Settings)
		want   string
	}{
		"a bad path":            {func(s *Settings) { s.ID = []string{"ok", "a..b"} }, "`response::id`: path"},
		"a bad attribute path":  {func(s *Settings) { s.Attributes[0].Paths = []string{""} }, "`attributes::user.name`: empty path"},
		"an attribute twice":    {func(s *Settings) { s.Attributes[1].Name = "user.name" }, "`attributes::user.name`: is there twice"},
		"an attribute nameless": {func(s *Settings) { s.Attributes[1].Name = "" }, "`attributes`: number 1 has no name"},
		"a bad time format":     {func(s *Settings) { s.TimeFormat = "nonsense" }, "`response::timestamp_format`"},
		"a negative future":     {func(s *Settings) { s.MaxFuture = -1 }, "negative"},
	} {
		t.Run(name, func(t *testing.T) {
			s := usual()
			tc.change(&s)
			_, err := NewBuilder(s)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func FuzzBuild(f *testing.F) {
	f.Add(`[{"uuid":"u","published":"2026-01-01T00:00:00Z"}]`, "")
	f.Add("[{\"uuid\":\"\xff\",\"published\":1e99},null,\"\xff\"]", "unix_ms")
	f.Add(`[{"uuid":"\ud800","type":{"a":[1]},"actor":{"email":"\u0000"}}]`, "%Y-%m-%d")
	f.Fuzz(func(t *testing.T, body, format string) {
		s := usual()
		s.TimeFormat = format
		b, err := NewBuilder(s)
		if err != nil {
			return
		}
		d, err := page.NewDecoder(page.Settings{Fields: s.Fields()})
		require.NoError(t, err)
		p, err := d.Decode(body)
		if err != nil {
			return
		}
		records := b.Build(p, now)
		require.Len(t, records, len(p.Records))
		for i, r := range records {
			require.Equal(t, p.Records[i].Raw, r.Raw)
			require.NotEmpty(t, r.UID)
			require.LessOrEqual(t, len(r.UID), MaxID)
			require.Equal(t, r.UID, strings.ToValidUTF8(r.UID, "?"))
			require.Equal(t, r.EventName+r.Message+r.Severity, strings.ToValidUTF8(r.EventName+r.Message+r.Severity, "?"))
			require.Equal(t, r.Flags&(TimeMissing|TimeInvalid) != 0, r.Time.IsZero())
			require.Len(t, r.Values, 2)
		}
	})
}
