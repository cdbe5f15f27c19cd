// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestDetailOfVendorErrors(t *testing.T) {
	for body, want := range map[string]string{
		`{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests."}`: "E0000047: API call exceeded rate limit due to too many requests.",
		`[{"errorCode":"INVALID_SESSION_ID","message":"Session expired"}]`:                                 "INVALID_SESSION_ID: Session expired",
		`{"ok":false,"error":"invalid_cursor"}`:                                                            "invalid_cursor",
		`{"error":{"code":"AF20030","message":"Start time"}}`:                                              "AF20030: Start time",
		`{"error":"invalid_grant","error_description":"expired"}`:                                          "invalid_grant: expired",
		`{"errors":[{"code":4000010,"title":"Bad"}]}`:                                                      "4000010: Bad",
		`{"errors":["nope"]}`:      "nope",
		`{"message":"Not Found"}`:  "Not Found",
		`{"event":"user.created"}`: "the vendor gave no reason",
		`<html>error: x</html>`:    "the vendor gave no reason",
		``:                         "the vendor gave no reason",
		`{"message":"bad token eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.abc"}`: "bad token ***",
		`{"message":"see https://u:p@a.example/x?token=abc now"}`:          "see https://a.example/x?... now",
		`{"message":"GET /x?key=abc failed"}`:                              "GET /x?... failed",
		`{"message":"key hunter2 is wrong"}`:                               "key *** is wrong",
		`{"message":"a\u0000b\r\nc\u202ed"}`:                               "a b c d",
	} {
		t.Run(body, func(t *testing.T) {
			c := newClient(t, Settings{Secrets: func() []string { return []string{"hunter2", "is"} }}, nil)
			assert.Equal(t, want, c.detail(readVendorError(body)))
		})
	}
}

func TestDetailIsShort(t *testing.T) {
	got := Scrub(strings.Repeat("häßlich ", 1000), nil)
	assert.Equal(t, maxDetail+len("..."), utf8.RuneCountInString(got))
}

// TestASecretIsNotCutBeforeItIsFound: a rest of it would not be known as one.
func TestASecretIsNotCutBeforeItIsFound(t *testing.T) {
	const secret = "HuntersAreTwo"
	for pad := 16*maxDetail - 40; pad < 16*maxDetail+40; pad++ {
		if got := Scrub(strings.Repeat(" ", pad)+secret, []string{secret}); strings.Contains(got, "Hunt") {
			t.Fatalf("%d blanks before the secret: %s", pad, got)
		}
	}
}

func TestASecretIsFoundInEachCase(t *testing.T) {
	secrets := []string{"Hunter/Two"}
	for text, want := range map[string]string{
		"no hunter/two":                      "no ***",
		"no HUNTER/TWO!":                     "no ***!",
		"no Hunter%2fTwo":                    "no ***",
		"Hunter/Twohunter/two\xffHunter/TwO": "***" + "*** ***",
	} {
		assert.Equal(t, want, Scrub(text, secrets))
	}
	assert.True(t, HasSecret("/x/hunter%2ftwo", secrets))
}

func TestCleanErrorKeepsTheCauseButNotTheURL(t *testing.T) {
	cause := errors.New("connection refused")
	err := fmt.Errorf("x: %w", &url.Error{Op: "Get", URL: "https://a/?k=v", Err: &url.Error{Op: "Get", URL: "https://a/?k=v", Err: cause}})
	assert.Equal(t, "connection refused", cleanError(err, nil).Error())
	assert.ErrorIs(t, cleanError(err, nil), cause)
	hidden := cleanError(fmt.Errorf("token hunter2: %w", cause), []string{"hunter2"})
	assert.Equal(t, "token ***: connection refused", hidden.Error())
	assert.ErrorIs(t, hidden, cause)
	assert.NoError(t, errors.Unwrap(hidden))
}

func FuzzScrub(f *testing.F) {
	f.Add(`{"message":"x https://u:p@h/p?q=1"}`, "s3cr3t")
	f.Add("s3cr3t s3cr3ts3cr3t", "s3cr3t")
	f.Fuzz(func(t *testing.T, text, secret string) {
		got := Scrub(text, []string{secret})
		if utf8.RuneCountInString(got) > maxDetail+3 {
			t.Fatalf("too long: %d", utf8.RuneCountInString(got))
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Fatalf("%q has %q", got, r)
			}
		}
		if readVendorError(text).wait < 0 {
			t.Fatal("negative wait")
		}
		if short(secret) || len(secret) > 1<<8 || strings.ContainsAny(secret, `%\&*`) {
			return // a part of what looks like escapes may be read as one; of stars the replacement is made
		}
		for name, write := range writers {
			form := " " + write(secret) + " " // a digit behind "%0" would make another text of it
			for _, got := range []string{Scrub(text, []string{secret}), Scrub(text+form+text, []string{secret}), Scrub(form, []string{secret})} {
				for _, read := range readers {
					if plain := read(got); HasSecret(plain, []string{secret}) || strings.Contains(fold(plain), fold(secret)) {
						t.Fatalf("%s: %q has %q", name, got, secret)
					}
				}
			}
		}
	})
}

// writers say a secret back as programs do, and readers read what they write.
var (
	writers = map[string]func(string) string{
		"plain": func(s string) string { return s }, "query": url.QueryEscape, "path": url.PathEscape, "HTML": html.EscapeString,
		"Go": strconv.Quote, "ASCII": strconv.QuoteToASCII, "query twice": func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
		"JSON": jsonOf, "JSON in JSON": func(s string) string { return jsonOf(jsonOf(s)) }, "hex": func(s string) string { return hex.EncodeToString([]byte(s)) },
		"base64":            func(s string) string { return base64.StdEncoding.EncodeToString([]byte("me:" + s)) },
		"base64 in a query": func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s))) },
	}
	readers = []func(string) string{
		func(s string) string { return s }, html.UnescapeString,
		func(s string) string { plain, _ := url.QueryUnescape(s); return plain },
		func(s string) string { plain, _ := strconv.Unquote(s); return plain },
	}
)

func jsonOf(s string) string {
	quoted, _ := json.Marshal(s) //nolint:errchkjson // a text always marshals
	return string(quoted)
}

func FuzzRule(f *testing.F) {
	f.Add(`{"ok":false,"errors":[{}]}`, "ok", "false")
	f.Add(`{"a":[[[[`, "a.#.0", "x")
	f.Fuzz(func(_ *testing.T, body, equals, contains string) {
		if !shallow(body, maxRuleDepth) {
			return
		}
		for _, path := range []string{"ok", "errors", "a.0.b", "error.code"} {
			Rule{Path: path}.matches(200, body)
			Rule{Path: path, Equals: equals}.matches(200, body)
			Rule{Path: path, Contains: contains}.matches(400, body)
		}
	})
}
