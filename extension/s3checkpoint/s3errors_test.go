// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

func TestAnswersMeanWhatTheyMean(t *testing.T) {
	for _, tc := range []struct {
		status int
		code   string
		want   kind
	}{
		{404, "NoSuchKey", kindMissing},
		{404, "NoSuchBucket", kindOther},
		{404, "", kindOther},
		{412, "PreconditionFailed", kindPrecondition},
		{412, "", kindPrecondition},
		{409, "ConditionalRequestConflict", kindConflict},
		{401, "", kindDenied},
		{403, "AccessDenied", kindDenied},
		{403, "RequestTimeTooSkewed", kindTransient},
		{400, "ExpiredToken", kindTransient},
		{400, "RequestTimeout", kindTransient},
		{400, "InvalidRequest", kindOther},
		{408, "", kindTransient},
		{429, "", kindTransient},
		{500, "InternalError", kindTransient},
		{501, "NotImplemented", kindUnsupported},
		{503, "SlowDown", kindTransient},
		{200, "", kindTransient},
		{301, "PermanentRedirect", kindOther},
		{418, "", kindOther},
	} {
		got, _ := classifyAnswer(tc.status, tc.code)
		assert.Equal(t, tc.want, got, "%d %s", tc.status, tc.code)
	}
}

func TestAHintIsAboutWhatWasRefused(t *testing.T) {
	for _, tc := range []struct {
		status     int
		code, want string
	}{
		{400, "AuthorizationHeaderMalformed", "`region`"},
		{400, "InvalidRequest", "checksums"},
		{400, "XAmzContentSHA256Mismatch", "checksums"},
		{501, "NotImplemented", "checksums"},
		{400, "InvalidBucketName", "`bucket`"},
		{400, "", "`endpoint`"},
		{301, "PermanentRedirect", "`region`"},
	} {
		_, hint := classifyAnswer(tc.status, tc.code)
		assert.Contains(t, hint, tc.want, "%d %s", tc.status, tc.code)
		assert.Equal(t, tc.want == "checksums", strings.Contains(hint, "checksums"), "%d %s", tc.status, tc.code)
	}
}

func TestAServersTextIsCut(t *testing.T) {
	sim := s3sim.New(testBucket)
	r := newReplica(t, sim, quickly(1))
	sim.Inject(s3sim.Fault{Effect: s3sim.Answer, Status: 400, Body: "<Error><Code>X</Code><Message>" + strings.Repeat("y", 1<<16) + "</Message></Error>"})
	_, _, err := r.env.store.get(t.Context(), "k", 1)
	assert.Less(t, len(err.Error()), 1000)
}

// saidBy is all text of an XML document, as far as it can be read.
func saidBy(document string) string {
	var said strings.Builder
	for d := xml.NewDecoder(strings.NewReader(document)); ; {
		token, err := d.Token()
		if err != nil {
			return said.String()
		}
		if text, ok := token.(xml.CharData); ok {
			said.Write(text)
		}
	}
}

// Whatever a server answers: a write is never taken for done unless it is, and
// nothing but NoSuchKey is taken for a missing key.
func FuzzAnswers(f *testing.F) {
	for _, status := range []int{200, 204, 304, 400, 403, 404, 409, 412, 500, 503} {
		f.Add(status, "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>m</Message></Error>")
	}
	f.Add(404, "<Error><Code>NoSuchKey</Code>")
	f.Add(404, "")
	f.Add(200, "{}")
	sim := s3sim.New(testBucket)
	r := newReplica(f, sim, quickly(1))
	st := r.env.store
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		answer := s3sim.Fault{Effect: s3sim.Answer, Status: status, Body: body}
		sim.Heal()
		sim.Inject(answer)
		_, _, err := st.get(t.Context(), "k", maxObject)
		if kindOf(err) == kindMissing {
			assert.Equal(t, http.StatusNotFound, status)
			assert.Regexp(t, `(?i)NoSuchKey`, saidBy(body), "%s", body)
		}
		if err == nil {
			assert.Less(t, status, 300)
		}
		sim.Heal()
		sim.Inject(answer)
		_, err = st.put(t.Context(), "k", []byte("x"), condition{absent: true})
		assert.Error(t, err, "an answer without an ETag proves nothing")
	})
}
