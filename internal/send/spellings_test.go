// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const spelled = "s3cr3t/key+of=mine&"

// saidBack are ways in which a vendor repeats what it was told.
func saidBack() map[string]string {
	return map[string]string{
		"plain":             "Bearer " + spelled + " is wrong",
		"in a query":        "key=" + url.QueryEscape(spelled),
		"in a path":         "/v1/" + url.PathEscape(spelled) + "/x",
		"in JSON":           `{"key":"s3cr3t/key+of=mine\u0026"}`,
		"in hex":            hex.EncodeToString([]byte("x" + spelled)),
		"in base64":         base64.StdEncoding.EncodeToString([]byte(spelled)),
		"as a password":     base64.StdEncoding.EncodeToString([]byte("me:" + spelled)),
		"as another's":      base64.StdEncoding.EncodeToString([]byte("joe:" + spelled)),
		"for URLs":          base64.RawURLEncoding.EncodeToString([]byte("user:" + spelled)),
		"between two texts": "a" + spelled + "b",
	}
}

func TestSecretsAreKnownInEverySpelling(t *testing.T) {
	for name, text := range saidBack() {
		assert.True(t, HasSecret(text, []string{"other", spelled}), name)
		assert.False(t, HasSecret(Redact(text, []string{spelled}), []string{spelled}), name)
		assert.Error(t, CheckKept(text, []string{spelled}), name)
	}
	assert.False(t, HasSecret("page=2&cursor=abc", []string{spelled, "abc"}), "short ones don't count")
	assert.NoError(t, CheckKept("page=2", []string{spelled}))
}

// escaped are ways in which programs write "pa!ss/w&rd*x".
func escaped() map[string]string {
	quoted := `"pa!ss/w\u0026rd*x"`
	twice := strconv.Quote(quoted)
	return map[string]string{
		"JavaScript's encodeURIComponent": "pa!ss%2Fw%26rd*x",
		"Java's URLEncoder":               "pa%21ss%2Fw%26rd*x",
		"Python's quote":                  "pa%21ss/w%26rd%2Ax",
		"every byte":                      "%70%61%21%73%73%2F%77%26%72%64%2A%78",
		"percent twice":                   "pa%2521ss%252Fw%2526rd%252Ax",
		"percent with u":                  "pa%u0021ss%u002fw%u0026rd*x",
		"PHP's JSON":                      `pa!ss\/w&rd*x`,
		"JSON":                            quoted,
		"JSON in JSON":                    twice,
		"JSON in JSON in JSON":            strconv.Quote(twice),
		"JavaScript":                      `pa\x21ss\x2fw\x26rd\x2ax`,
		"Python":                          `pa\u0021ss\u002fw\u0026rd\u002ax`,
		"octal":                           `pa\041ss\057w\046rd\052x`,
		"HTML":                            "pa!ss/w&amp;rd*x",
		"HTML with numbers":               "pa&#33;ss&#x2F;w&#038;rd&#X2A;x",
		"HTML in HTML":                    "pa!ss/w&amp;amp;rd*x",
		"HTML in a query":                 "pa!ss%2Fw%26amp%3Brd*x",
		"UTF-16":                          "p\x00a\x00!\x00s\x00s\x00/\x00w\x00&\x00r\x00d\x00*\x00x",
		"a joint of no width":             "pa!ss/\u200bw&rd*x",
		"a break of the line":             "pa!ss/\r\n w&rd*x",
		"a break that is escaped":         `pa!ss/\nw&rd*x`,
		"an escape in capital letters":    "PA%21SS%2FW%26RD%2AX",
	}
}

func TestSecretsAreKnownWhateverEscapesThem(t *testing.T) {
	secrets := []string{"other", "pa!ss/w&rd*x"}
	for name, form := range escaped() {
		t.Run(name, func(t *testing.T) {
			assert.True(t, HasSecret("cursor-"+form+"-1", secrets))
			want := "wrong *** given"
			if form[0] == '"' {
				want = form[:strings.IndexByte(form, 'p')] + replaced + form[strings.LastIndexByte(form, 'x')+1:]
				want = "wrong " + want + " given"
			}
			assert.Equal(t, want, Blot("wrong "+form+" given", secrets), "and nothing around it")
		})
	}
	assert.False(t, HasSecret("pa!ss%2Fw", secrets))
	assert.Equal(t, `50% of \d+ & "more" &amp; %zz \`, Blot(`50% of \d+ & "more" &amp; %zz \`, secrets))
}

// TestSecretsMayLookLikeEscapes: it may look like an escape itself.
func TestSecretsMayLookLikeEscapes(t *testing.T) {
	for _, secret := range []string{"k%41ey/8%2Fz", `back\new\x41s`, "a&amp;b&lt;c/d", "correct horse battery", "a+b+c+d+e+f+g+h", "schlüssel-ä"} {
		quoted, err := json.Marshal(secret)
		require.NoError(t, err)
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret), strings.Trim(string(quoted), `"`)} {
			assert.Equal(t, "no ***.", Blot("no "+form+".", []string{secret}), form)
		}
	}
}

func TestTheStartOfASecretIsBlotted(t *testing.T) {
	secrets := []string{"y_NbAkKc66ryYTWUXYEu", "eight888", "Bearer token-of-mine"}
	for text, want := range map[string]string{
		"bad key (y_NbAkKc66ryYTWUXYE…)": "bad key (***…)",
		"bad key y_NbAkKc66...":          "bad key ***...",
		"bad key y%5FNbAkKc66...":        "bad key ***...",
		"bad key y_NbAkKc6, too short":   "bad key y_NbAkKc6, too short",
		"y_NbAkKcy_NbAkKc66ryYTWUXYEu":   "y_NbAkKc***",
		"eight88 is less than all of it": "eight88 is less than all of it",
		"Bearer token is wrong":          "Bearer token is wrong",
	} {
		assert.Equal(t, want, Blot(text, secrets))
	}
	assert.False(t, HasSecret("page=y_NbAkKc66ryYTWUXYE", secrets), "what is kept is not refused for a likeness")
}

func TestShortSecretsAreKnownInBase64(t *testing.T) {
	for _, user := range []string{"", "u", "me", "you", "user", "admin"} {
		text := base64.StdEncoding.EncodeToString([]byte(user + ":hunter2s:" + user))
		assert.True(t, HasSecret("a"+text, []string{"hunter2s"}), text)
	}
}

func TestNextURLIsKeptWithoutSecrets(t *testing.T) {
	u := mustParse(t, vendor+"?b=2&api_key="+url.QueryEscape(spelled)+"&a=1&sig="+hex.EncodeToString([]byte(spelled))+"&%zz")
	got := StripSecrets(u, []string{spelled})
	assert.Equal(t, vendor+"?b=2&a=1&%zz", got.String())
	assert.Contains(t, u.String(), "api_key", "the original is not changed")
}

// TestErrorsOfTheNetworkQuoteNobody: what net/http quotes in an error came from
// the vendor.
func TestErrorsOfTheNetworkQuoteNobody(t *testing.T) {
	for text, want := range map[string]string{
		`malformed HTTP status code "abc s3cr3t"`:                          `malformed HTTP status code "..."`,
		`failed to parse Location header "%zz \"s3": parse "%zz": invalid`: `failed to parse Location header "...": parse "...": invalid`,
		`bad Content-Length "without an end`:                               `bad Content-Length "..."`,
		`dial tcp: lookup api.vendor.example: no such host`:                `dial tcp: lookup api.vendor.example: no such host`,
	} {
		assert.Equal(t, want, cleanError(&url.Error{Op: "Get", URL: vendor, Err: quotingError(text)}, nil).Error())
	}
	assert.Equal(t, "malformed header of the response",
		cleanError(textproto.ProtocolError("malformed MIME header line: s3cr3t"), nil).Error())
}

type quotingError string

func (e quotingError) Error() string { return string(e) }
