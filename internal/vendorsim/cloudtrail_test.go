// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// signer signs a CloudTrail request as the SDK does.
func signer(g *rig, body, secret string) func(r *http.Request) {
	return func(r *http.Request) {
		r.Header.Set("X-Amz-Target", cloudTrailTarget)
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		sum := sha256.Sum256([]byte(body))
		creds := aws.Credentials{AccessKeyID: "sim-cloudtrail-id", SecretAccessKey: secret}
		require.NoError(g.t, v4.NewSigner().SignHTTP(r.Context(), creds, r, hex.EncodeToString(sum[:]), "cloudtrail", "eu-central-1", g.clock.now()))
	}
}

func (g *rig) lookup(status int, body string) answer {
	g.t.Helper()
	return g.send(status, http.MethodPost, "/cloudtrail/", body, signer(g, body, "sim-cloudtrail-secret"))
}

func cloudTrailRig(t *testing.T, log LogConfig) *rig {
	g := newRig(t, CloudTrail, log)
	g.auth = func(*http.Request) {}
	return g
}

func TestCloudTrailWalkSeesEveryEventNewestFirst(t *testing.T) {
	g := cloudTrailRig(t, untidy())
	g.clock.add(5 * time.Minute)
	var got []string
	window := fmt.Sprintf(`"StartTime":%d,"EndTime":%d`, epoch.Add(-time.Hour).Unix(), g.clock.now().Unix())
	for token := ""; ; {
		body := "{" + window + "}"
		if token != "" {
			body = "{" + window + `,"NextToken":"` + token + `"}`
		}
		a := g.lookup(200, body)
		got = append(got, a.raw("Events")...)
		if !a.get("NextToken").Exists() {
			break
		}
		token = a.get("NextToken").String()
	}
	assert.Positive(t, g.all(got))
	inner := gjson.Get(got[0], "CloudTrailEvent").String()
	require.True(t, gjson.Valid(inner), inner)
	assert.Equal(t, UID(CloudTrail, []byte(got[0])), gjson.Get(inner, "eventID").String())
}

func TestCloudTrailRefusesWith400(t *testing.T) {
	g := cloudTrailRig(t, LogConfig{Backlog: 100})
	token := g.lookup(200, `{"MaxResults":5}`).get("NextToken").String()
	for body, kind := range map[string]string{
		`{"MaxResults":51}`:                            "InvalidMaxResultsException",
		`{"StartTime":2,"EndTime":1}`:                  "InvalidTimeRangeException",
		`{"NextToken":"x"}`:                            "InvalidNextTokenException",
		`{"MaxResults":6,"NextToken":"` + token + `"}`: "InvalidNextTokenException",
		`{"startTime":"2026-01-01T00:00:00Z"}`:         "SerializationException",
		`{"Limit":5}`:                                  "SerializationException",
		`[`:                                            "SerializationException",
	} {
		assert.Equal(t, kind, g.lookup(400, body).get("__type").String(), body)
	}
	g.lookup(200, `{"MaxResults":5,"NextToken":"`+token+`"}`)
	require.NoError(t, g.sim.SetFault(CloudTrail, Fault{Kind: FaultRateLimit, Next: 1}))
	assert.JSONEq(t, `{"__type":"ThrottlingException","message":"Rate exceeded"}`, g.lookup(400, `{}`).body)
}

func TestCloudTrailChecksTheSignature(t *testing.T) {
	g := cloudTrailRig(t, LogConfig{Backlog: 3})
	refused := func(change ...func(*http.Request)) {
		t.Helper()
		a := g.send(400, http.MethodPost, "/cloudtrail/", "{}", change...)
		assert.Equal(t, "UnrecognizedClientException", a.get("__type").String())
	}
	g.lookup(200, "{}")
	refused(header("X-Amz-Target", cloudTrailTarget))
	refused(signer(g, "{}", "wrong"))
	refused(signer(g, `{"MaxResults":1}`, "sim-cloudtrail-secret"))
	refused(signer(g, "{}", "sim-cloudtrail-secret"), header("X-Amz-Date", "x"))
	refused(signer(g, "{}", "sim-cloudtrail-secret"), func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "/cloudtrail/", "/s3/", 1))
	})
	old := signer(g, "{}", "sim-cloudtrail-secret")
	refused(old, func(*http.Request) { g.clock.add(16 * time.Minute) })
}
