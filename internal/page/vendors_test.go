// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

// vendorPages are invented pages in the shapes that vendors send.
func vendorPages() []string {
	return []string{
		// Okta, GitHub, M365: the array is the root.
		`[{"actor":{"id":"00u1","displayName":"J\u00e4ne","detailEntry":null},"published":"2026-01-01T00:00:00.123Z",` +
			`"outcome":{"result":"SUCCESS","reason":null},"uuid":"dc9fd3c0-0000-11f0-8478-2b7584bf8d5a","request":{"ipChain":[{"ip":"203.0.113.7"}]},"target":null}]`,
		`[{"@timestamp":1767225600123,"_document_id":"Zk1AbC","org":"acme"},` + "\n" +
			` {"@timestamp":1767225601456,"_document_id":"Zk1AbD","org":["acme","acme-oss"],"org_id":[7,8]}]`,
		// Slack, Salesforce, WorkOS, Azure: an envelope with a cursor.
		`{"entries":[{"id":"0123a45b","date_create":1767225600,"context":{"session_id":847288190092}}],"response_metadata":{"next_cursor":"dXNlcjpVMEc5V0ZYTlo="}}`,
		`{"totalSize":3222,"done":false,"nextRecordsUrl":"/services/data/v67.0/query/01gRO-2000","records":[{"Id":"0Ym5j","CreatedDate":"2026-01-01T00:00:00.000+0000","DelegateUser":null}]}`,
		`{"object":"list","data":[{"id":"event_01EH","data":{"object":"directory_user"},"context":{}}],"list_metadata":{"after":null}}`,
		`{"value":[{"eventDataId":"44ade6b4","eventTimestamp":"2026-01-01T00:00:00.1234567Z"}],"@odata.nextLink":"https://management.example/next?$skipToken=abc"}`,
		// CloudTrail: JSON inside a string. Pretty printed, with an exponent.
		"{\n  \"Events\": [\n    {\n      \"EventTime\": 1.7672256E9,\n      \"CloudTrailEvent\": \"{\\\"eventVersion\\\":\\\"1.08\\\"}\"\n    }\n  ],\n  \"NextToken\": \"kb\\/Ot\"\n}",
		// A page without events.
		`{"data":{"events":[]},"error":{"code":0,"message":""}}`,
	}
}

// oddBodies are bodies at the edge of JSON, valid and not.
func oddBodies() []string {
	return []string{
		"", " ", bom, bom + "[]", "null", "true", "[]", "{}", "0", "-0", "-", "01", "1.", ".5", "1e", "1e+", "+1", "NaN", "[1,]", "[,1]", "[1 2]",
		`{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{1:2}`, `{"a" 1}`, `"`, `"\`, `"\u12"`, `"\x"`, "\"\t\"", "\"\x00\"", "\"\xff\"", "\"\x7f\"", `"\ud800"`,
		"[]x", "[] ]", "[][]", "nul", "truefalse", "nulll", "[tru]", "\v[]", "\u00a0[]", "[1]\x00", "'a'", "{'a':1}", "[1]//", "[\n1\r\n,\t2 ]\n\n",
		`<!doctype html><script>{"events":[]}</script>`, `{"events":[]}<!-- -->`, "{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\r\n\r\n{\"a\":2}", "{\"a\":\n1}",
		`{"\u0061":[{"\u0062":1}]}`, `[[[[[[[[[[]]]]]]]]]]`, `{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}`,
		`["12345678","123456789\u0041","1234567\"","\\\\\\\\\\\\\\\\"]`,
	}
}
