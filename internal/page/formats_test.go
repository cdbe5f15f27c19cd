// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCSV(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       []string
		err        error
	}{
		{"the first row names the columns", "id,name\n1,a\n2,b\n", []string{`{"id":"1","name":"a"}`, `{"id":"2","name":"b"}`}, nil},
		{"quotes, commas and newlines are cells' text", "\"id\",\"na\"\"me\"\r\n\"1\",\"a,\nb\\\"\r\n", []string{`{"id":"1","na\"me":"a,\nb\\"}`}, nil},
		{"an empty cell is left out", "a,b,c\n,x,\n,,\n", []string{`{"b":"x"}`, `{}`}, nil},
		{"a byte order mark is no part of a name", bom + "id\n1", []string{`{"id":"1"}`}, nil},
		{"control characters are escaped", "a\n\x01\t\n", []string{`{"a":"\u0001\t"}`}, nil},
		{"a table without rows is an empty page", "id,name\n", []string{}, nil},
		{"an empty body is an error", "\n", nil, ErrEmptyBody},
		{"a row with a cell too few", "a,b\n1,2\n3\n", nil, ErrSyntax},
		{"an open quote", "a,b\n1,\"2\n", nil, ErrSyntax},
		{"HTML", "<html>\n<body>\n", nil, ErrSyntax},
		{"a JSON error", `{"error":"x"}`, nil, ErrSyntax},
		{"too many columns", strings.Repeat("a,", maxColumns) + "\n", nil, ErrTooWide},
		{"line ends in quotes are kept as they are", "a,b\r\n\"1\r\n2\",\"\"\"\"\r\n", []string{`{"a":"1\r\n2","b":"\""}`}, nil},
		{"blank lines are no rows", "\n\r\na\n\n1\r\n\r\n\r", []string{`{"a":"1"}`}, nil},
		{"a row with a cell too many", "a,b\n1,2,3\n", nil, ErrSyntax},
		{"a quote in a cell without quotes", "a,b\n1,2\"3\"\n", nil, ErrSyntax},
		{"text behind a cell in quotes", "a,b\n1,\"2\"3\n", nil, ErrSyntax},
		{"more records than allowed", "a\n" + strings.Repeat("1\n", 11), nil, ErrTooMany},
		{"rows that grow by the names of their columns", strings.Repeat("x", 1000) + "\n" + strings.Repeat("1\n", 9), nil, ErrTooLarge},
		{"rows that grow by escapes", "a\n" + strings.Repeat("\x01", 1000), nil, ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := decode(t, Settings{Format: CSV, Envelope: [][]string{{"id"}}, MaxRecords: 10, MaxBytes: 4000}, tt.body)
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, raws(p))
			assert.Equal(t, []Value{{}}, p.Envelope)
		})
	}
	_, err := decode(t, Settings{Format: CSV}, "a,b\ns3cret\n")
	assert.EqualError(t, err, "malformed body: CSV line 2: wrong number of fields")
	p, err := decode(t, Settings{Format: CSV, Fields: [][]string{{"b"}}}, "a,b\n1,\xff\n")
	require.NoError(t, err)
	assert.Equal(t, "\xff", p.Records[0].Fields[0].Text())
	assert.False(t, p.ValidUTF8)
}

func TestATableNeedsAColumnThatIsWanted(t *testing.T) {
	s := Settings{Format: CSV, Fields: [][]string{{"id", "uid"}, {"time"}, {`user\.name`}}}
	for name, body := range map[string]string{
		"plain text":        "Service temporarily unavailable\n",
		"lines of text":     "upstream connect error\nreset reason: overflow\n",
		"another separator": "id;time\n1;2\n",
		"UTF-16":            "\xfe\xff\x00i\x00d\x00,\x00t\x00i\x00m\x00e\x00\n\x001\x00,\x002\x00\n",
		"a JSON text":       `"denied"`,
		"other columns":     "ID,when\n1,2\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decode(t, s, body)
			require.ErrorIs(t, err, ErrNoRecords)
			assert.EqualError(t, err, "records path is missing: the first row names no column of id, uid, time, user.name")
		})
	}
	for _, body := range []string{"id\n1\n", "x,\"uid\"\n1,2\n", "user.name,x\na,b\n"} {
		p, err := decode(t, s, body)
		require.NoError(t, err)
		assert.Len(t, p.Records, 1)
	}
	s.RecordsOptional = true
	p, err := decode(t, s, "none\n")
	require.NoError(t, err)
	assert.Empty(t, p.Records)
}

// FuzzTable holds tables against the standard library's reader, which differs in
// one thing: it makes CR LF in quotes LF.
func FuzzTable(f *testing.F) {
	for _, body := range []string{
		"a,b\n1,2\n", "\"a\"\"\",b\r\n\"1\n\",2", "a\r", "a\n\r\n\"\"\r", "a,\n,\n", "a\n\"x\"y", "a\nx\"y", "a\n\"\r\r\n\"", "a\r\r\n1",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		reader := csv.NewReader(strings.NewReader(body))
		want, wantErr := reader.ReadAll()
		var got [][]string
		tab, columns := table{text: body, line: 1}, maxColumns
		for more := true; more; {
			var err error
			if more, err = tab.next(columns); err != nil {
				require.Error(t, wantErr, "%q", body)
				require.ErrorIs(t, err, ErrSyntax)
				return
			}
			if !more {
				break
			}
			columns = len(tab.cells)
			row := make([]string, columns)
			for i, c := range tab.cells {
				row[i] = strings.ReplaceAll(c.value(), "\r\n", "\n")
			}
			got = append(got, row)
		}
		require.NoError(t, wantErr, "%q", body)
		require.Equal(t, want, got, "%q", body)
	})
}

func TestXML(t *testing.T) {
	settings := Settings{Format: XML, Records: []string{"log.event"}, Envelope: [][]string{{"log.next.@href"}, {"log.@count"}}}
	const head = `<?xml version="1.0"?><!-- c --><log xmlns="urn:x" xmlns:y="urn:y" count="2"><next href="/p2"/>`
	for _, tt := range []struct {
		name, body string
		want       []string
		err        error
	}{
		{
			"children of one name are records", head + `<event><id>1</id></event><event id="2">text</event></log>`,
			[]string{`{"id":"1"}`, `{"@id":"2","#text":"text"}`},
			nil,
		},
		{"a single child is a record too", head + "<event>\n <id>1</id>\n <id>2</id>\n <none/></event></log>", []string{`{"id":["1","2"],"none":null}`}, nil},
		{"an empty child is an empty page", head + `<event/></log>`, []string{}, nil},
		{"entities and CDATA are text", head + `<event><a>&lt;&#65;"\</a><b><![CDATA[<c>]]></b></event></log>`, []string{`{"a":"<A\"\\","b":"<c>"}`}, nil},
		{"prefixes are dropped", head + `<y:event><y:a>1</y:a></y:event></log>`, []string{`{"a":"1"}`}, nil},
		{"no child is a missing path", head + `</log>`, nil, ErrNoRecords},
		{"an empty body", " ", nil, ErrEmptyBody},
		{"a truncated body", head + `<event><id>1</id></event>`, nil, ErrSyntax},
		{"HTML", `<!doctype html><html><head><meta charset="utf-8"></head></html>`, nil, ErrSyntax},
		{"JSON", `{"log":{}}`, nil, ErrSyntax},
		{"two roots", head + `</log><log/>`, nil, ErrSyntax},
		{"text behind the root", head + `</log>x`, nil, ErrSyntax},
		{"an entity of its own", `<!DOCTYPE l [<!ENTITY a "aaaa">]><log><event>&a;</event></log>`, nil, ErrSyntax},
		{"bytes that are not UTF-8", head + "<event>\xff</event></log>", nil, ErrSyntax},
		{"deep nesting", strings.Repeat("<a>", 200) + strings.Repeat("</a>", 200), nil, ErrDepth},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := decode(t, settings, tt.body)
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, raws(p))
			assert.Equal(t, "/p2", p.Envelope[0].Text())
			assert.Equal(t, "2", p.Envelope[1].Text())
		})
	}
}

func TestXMLWithManyNamesIsRefused(t *testing.T) {
	var body strings.Builder
	body.WriteString("<a>")
	for i := range maxXMLNames + 1 {
		body.WriteString("<n" + strings.Repeat("x", i%50) + strings.Repeat("y", i/50) + "/>")
	}
	body.WriteString("</a>")
	_, err := decode(t, Settings{Format: XML}, body.String())
	assert.ErrorIs(t, err, ErrTooWide)
}

func TestASplitRecordHasTheVendorsShape(t *testing.T) {
	s := Settings{Records: []string{"items"}, Split: "events", Fields: [][]string{{"id.uid"}, {"events.0.name"}, {"events.#"}}}
	for _, tt := range []struct {
		name, item string
		want       []string
	}{
		{"one record per element", `{"id":{"uid":"u"},"events":[ {"name":"a"} , {"name":"b"},{"name":"c"}],"x":1}`, []string{
			`{"id":{"uid":"u"},"events":[{"name":"a"}],"x":1}`, `{"id":{"uid":"u"},"events":[{"name":"b"}],"x":1}`, `{"id":{"uid":"u"},"events":[{"name":"c"}],"x":1}`,
		}},
		{"one element changes nothing", `{"id":{"uid":"u"},"events":[ {"name":"a"} ]}`, []string{`{"id":{"uid":"u"},"events":[ {"name":"a"} ]}`}},
		{"no element changes nothing", `{"events":[ ]}`, []string{`{"events":[ ]}`}},
		{"no array changes nothing", `{"events":{"name":"a"}}`, []string{`{"events":{"name":"a"}}`}},
		{"no such path changes nothing", `{"event":[1,2]}`, []string{`{"event":[1,2]}`}},
		{"a record that is no object stays", `[1,2]`, []string{`[1,2]`}},
		{"of equal keys the first is split", `{"events":[1,2],"events":[3]}`, []string{`{"events":[1],"events":[3]}`, `{"events":[2],"events":[3]}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := decode(t, s, `{"items":[`+tt.item+`,{"id":{"uid":"last"}}]}`)
			require.NoError(t, err)
			require.Len(t, p.Records, len(tt.want)+1)
			assert.Equal(t, tt.want, raws(p)[:len(tt.want)])
			assert.Equal(t, `"last"`, p.Records[len(tt.want)].Fields[0].Raw)
		})
	}
	p, err := decode(t, s, `{"items":[{"id":{"uid":"u"},"events":[{"name":"a"},{"name":"b"}]}]}`)
	require.NoError(t, err)
	assert.Equal(t, []Value{{String, `"u"`}, {String, `"b"`}, {Number, "1"}}, p.Records[1].Fields)
}

func TestASplitIsBounded(t *testing.T) {
	big := `{"rest":"` + strings.Repeat("x", 100_000) + `","events":[1` + strings.Repeat(",1", 100_000) + `]}`
	p, err := decode(t, Settings{Split: "events"}, "["+big+"]")
	require.NoError(t, err)
	assert.Equal(t, []string{big}, raws(p))

	_, err = decode(t, Settings{Split: "events", MaxRecords: 3}, `[{"events":[1,2]},{"events":[1,2]}]`)
	assert.ErrorIs(t, err, ErrTooMany)
	for _, body := range []string{`[{"events":[1,2]},{"events":[1,2}]`, `[{"events":[1,2]}`, `[{"events":[1,[[2]]]}]`} {
		p, err := decode(t, Settings{Split: "events", MaxDepth: 4}, body)
		assert.Error(t, err)
		assert.Empty(t, p)
	}
}

func TestWhatAPageNeedsBesideItsBodyIsBounded(t *testing.T) {
	for name, tt := range map[string]struct {
		settings Settings
		body     string
	}{
		"split":        {Settings{Split: "e"}, `[{"rest":"` + strings.Repeat("x", 900) + `","e":[1,2,3,4,5]},{"e":[` + strings.Repeat("1,", 300) + `1]}]`},
		"rows":         {Settings{Format: CSV}, strings.Repeat("x", 400) + "\n" + strings.Repeat("1\n", 12)},
		"XML document": {Settings{Format: XML, Records: []string{"l.e"}}, `<l><e>` + strings.Repeat(`"`, 3000) + `</e></l>`},
	} {
		t.Run(name, func(t *testing.T) {
			tt.settings.MaxBytes = 8000
			_, err := decode(t, tt.settings, tt.body)
			require.NoError(t, err)
			tt.settings.MaxBytes = 4000
			_, err = decode(t, tt.settings, tt.body)
			require.ErrorIs(t, err, ErrTooLarge)
		})
	}
}

func TestSplitServesLinesAndXML(t *testing.T) {
	p, err := decode(t, Settings{Format: NDJSON, Split: "e"}, "{\"e\":[1,2]}\n{\"e\":[3]}\n")
	require.NoError(t, err)
	assert.Equal(t, []string{`{"e":[1]}`, `{"e":[2]}`, `{"e":[3]}`}, raws(p))
	p, err = decode(t, Settings{Format: XML, Records: []string{"l.i"}, Split: "e"}, "<l><i><e>1</e><e>2</e></i></l>")
	require.NoError(t, err)
	assert.Equal(t, []string{`{"e":["1"]}`, `{"e":["2"]}`}, raws(p))
}

func TestPathsLeadIntoEmbeddedJSON(t *testing.T) {
	s := Settings{
		Records:  []string{"Events"},
		Embedded: []string{"CloudTrailEvent", "unused", "a.0"},
		Fields:   [][]string{{"CloudTrailEvent.sourceIPAddress", "ip"}, {"CloudTrailEvent.list.1.x"}, {"CloudTrailEvent"}, {"a.0.b"}},
	}
	quote := func(text string) string { return string(appendQuoted(nil, text)) }
	for _, tt := range []struct {
		name, record string
		want         []string
	}{
		{
			"values inside the string", `{"CloudTrailEvent":` + quote(` {"sourceIPAddress":"203.0.113.7","list":[0,{"x":"J\u00e4\"ne"}]} `) + `,"ip":1}`,
			[]string{`"203.0.113.7"`, `"J\u00e4\"ne"`, quote(` {"sourceIPAddress":"203.0.113.7","list":[0,{"x":"J\u00e4\"ne"}]} `), ""},
		},
		{"values of an object in its place", `{"CloudTrailEvent":{"sourceIPAddress":1}}`, []string{"1", "", `{"sourceIPAddress":1}`, ""}},
		{"no JSON in the string", `{"CloudTrailEvent":"{\"sourceIPAddress\":1","ip":2}`, []string{"2", "", `"{\"sourceIPAddress\":1"`, ""}},
		{"two values in the string", `{"CloudTrailEvent":"{\"sourceIPAddress\":1} {}","ip":2}`, []string{"2", "", `"{\"sourceIPAddress\":1} {}"`, ""}},
		{"an empty string", `{"CloudTrailEvent":"","ip":2}`, []string{"2", "", `""`, ""}},
		{"a scalar in the string", `{"CloudTrailEvent":"7","ip":2}`, []string{"2", "", `"7"`, ""}},
		{
			"deep nesting in the string", `{"CloudTrailEvent":"` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `","ip":2}`,
			[]string{"2", "", `"` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `"`, ""},
		},
		{"an array in the string", `{"CloudTrailEvent":"[1]"}`, []string{"", "", `"[1]"`, ""}},
		{"a string in an array", `{"a":["{\"b\":true}"]}`, []string{"", "", "", "true"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := decode(t, s, `{"Events":[`+tt.record+`]}`)
			require.NoError(t, err)
			require.Equal(t, []string{tt.record}, raws(p))
			for i, want := range tt.want {
				assert.Equal(t, want, p.Records[0].Fields[i].Raw)
			}
		})
	}
}

func TestSplitAndEmbeddedNeedSimplePaths(t *testing.T) {
	for _, path := range []string{"a.#", "a*", "@this", "a.", "@reverse"} {
		_, err := NewDecoder(Settings{Split: path})
		assert.ErrorContains(t, err, "split", path)
		_, err = NewDecoder(Settings{Embedded: []string{path}})
		assert.ErrorContains(t, err, "embedded", path)
	}
}

// FuzzFormats gives any bytes to the formats that are rewritten as JSON.
func FuzzFormats(f *testing.F) {
	for _, body := range append(vendorPages(), oddBodies()...) {
		f.Add(body)
	}
	f.Add("id,na\"me\n1,\"a,b\"\n")
	f.Add(`<l a="1"><i><e>1</e><e>&amp;</e>t</i><i/></l>`)
	f.Add(`[{"events":["{\"a\":[{\"b\":1}]}",2]}]`)
	var decoders []*Decoder
	for _, format := range []Format{JSON, NDJSON, CSV, XML} {
		for _, split := range []string{"", "events", "e"} {
			d, err := NewDecoder(Settings{
				Format: format, Records: []string{"l.i", ""}, Split: split, Embedded: []string{"events.0", "e"},
				Fields: [][]string{{"events.0.a.0.b", "e.#", "id"}}, MaxRecords: 1000,
			})
			if err != nil {
				f.Fatal(err)
			}
			decoders = append(decoders, d)
		}
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, d := range decoders {
			p, err := d.Decode(body)
			if err != nil {
				require.Empty(t, p)
				continue
			}
			for _, r := range p.Records {
				require.True(t, json.Valid([]byte(r.Raw)), "%q", r.Raw)
				for _, v := range r.Fields {
					require.True(t, !v.Exists() || json.Valid([]byte(v.Raw)), "%q", v.Raw)
				}
			}
		}
	})
}

func TestEveryCutOfATextThatProvesItsEndIsRefused(t *testing.T) {
	for format, body := range map[Format]string{
		JSON: `{"data":[{"id":1,"n":12},{"id":2}],"next":null}`,
		XML:  `<?xml version="1.0"?><data><e id="1"/><e id="2">x</e></data>`,
	} {
		d, err := NewDecoder(Settings{Format: format, Records: []string{"data"}})
		require.NoError(t, err)
		assert.True(t, d.ProvesEnd())
		_, err = d.Decode(body)
		require.NoError(t, err)
		for n := range body {
			_, err := d.Decode(body[:n])
			assert.Error(t, err, body[:n])
		}
	}
	for _, format := range []Format{NDJSON, CSV} {
		d, err := NewDecoder(Settings{Format: format})
		require.NoError(t, err)
		assert.False(t, d.ProvesEnd())
	}
}
