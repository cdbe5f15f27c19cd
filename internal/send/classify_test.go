// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func do(t *testing.T, s Settings, resp *http.Response) (*Response, error) {
	t.Helper()
	c := newClient(t, s, func(*http.Request) (*http.Response, error) { return resp, nil })
	return c.Do(t.Context(), get(t, vendor))
}

func TestClassification(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		header []string
		class  Class
		wait   time.Duration
	}{
		{"401", 401, "", nil, ClassAuth, 0},
		{"403", 403, `{"message":"Forbidden"}`, nil, ClassAuth, 0},
		{"403 with Retry-After", 403, "", []string{"Retry-After", "7"}, ClassRateLimit, 7 * time.Second},
		{"403 of GitHub, primary limit", 403, `{"message":"API rate limit exceeded"}`, []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "60"}, ClassRateLimit, time.Minute},
		{"403 of GitHub, secondary limit", 403, `{"message":"You have exceeded a secondary rate limit."}`, nil, ClassRateLimit, 0},
		{"403 of Salesforce", 403, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, nil, ClassRateLimit, 0},
		{"403 of Google", 403, `{"error":{"code":403,"errors":[{"reason":"userRateLimitExceeded"}]}}`, nil, ClassRateLimit, 0},
		{"403 with quota left", 403, "", []string{"X-RateLimit-Remaining", "9"}, ClassAuth, 0},
		{"400", 400, `{"message":"bad phrase"}`, nil, ClassConfig, 0},
		{"400 of CloudTrail", 400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`, nil, ClassRateLimit, 0},
		{"400 of AWS with namespace", 400, `{"__type":"com.amazonaws.x#ThrottlingException"}`, nil, ClassRateLimit, 0},
		{"400 of Linear", 400, `{"errors":[{"message":"x","extensions":{"code":"RATELIMITED"}}]}`, nil, ClassRateLimit, 0},
		{"205", 205, "", nil, ClassRetry, 0},
		{"304", 304, "", nil, ClassRetry, 0},
		{"304 with a body", 304, `[]`, nil, ClassRetry, 0},
		{"404", 404, "", nil, ClassConfig, 0},
		{"410", 410, "", nil, ClassConfig, 0},
		{"405", 405, "", nil, ClassConfig, 0},
		{"407", 407, "", nil, ClassRetry, 0},
		{"408", 408, "", nil, ClassRetry, 0},
		{"425", 425, "", nil, ClassRetry, 0},
		{"409", 409, "", nil, ClassRetry, 0},
		{"409 of Netskope", 409, `{"ok":0,"wait_time":12}`, nil, ClassRateLimit, 12 * time.Second},
		{"429 without a word", 429, "", nil, ClassRateLimit, 0},
		{"429 with Retry-After", 429, "", []string{"Retry-After", "3", "X-RateLimit-Reset", "50"}, ClassRateLimit, 3 * time.Second},
		{"429 with reset", 429, "", []string{"X-Rate-Limit-Reset", "50"}, ClassRateLimit, 50 * time.Second},
		{"429 with retry-at", 429, "", []string{"X-RateLimit-Retry-At", "946684810"}, ClassRateLimit, 10 * time.Second},
		{"429 with ms", 429, "", []string{"retry-after-ms", "1500"}, ClassRateLimit, 1500 * time.Millisecond},
		{"429 with Azure's ms", 429, "", []string{"x-ms-retry-after-ms", "250"}, ClassRateLimit, 250 * time.Millisecond},
		{"a long wait is capped", 429, "", []string{"Retry-After", "86400"}, ClassRateLimit, time.Hour},
		{"a negative wait is 0", 429, "", []string{"Retry-After", "-5"}, ClassRateLimit, 0},
		{"500", 500, "", nil, ClassRetry, 0},
		{"503", 503, "", nil, ClassRetry, 0},
		{"503 with Retry-After", 503, "", []string{"Retry-After", "9"}, ClassRateLimit, 9 * time.Second},
		{"599", 599, "", nil, ClassRetry, 0},
		{"300", 300, "", nil, ClassConfig, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // a fake clock, so that waits are exact
				_, err := do(t, Settings{}, reply(tt.status, tt.body, tt.header...))
				e := requireClass(t, err, tt.class)
				assert.Equal(t, tt.status, e.Status)
				assert.Equal(t, tt.wait, e.RetryAfter)
			})
		})
	}
}

func TestUsedUpQuotaOfASuccessSaysWhenToGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The vendor's clock is a day ahead of ours; its reset is meant on that.
		theirs := time.Now().Add(24 * time.Hour).UTC()
		h := []string{"Date", theirs.Format(http.TimeFormat), "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", theirs.Add(40 * time.Second).Format(time.RFC3339)}
		resp, err := do(t, Settings{}, reply(200, "[]", h...))
		require.NoError(t, err)
		assert.Equal(t, 40*time.Second, time.Until(resp.NotBefore))

		resp, err = do(t, Settings{}, reply(200, "[]", "X-Rate-Limit-Remaining", "1", "X-Rate-Limit-Reset", "40"))
		require.NoError(t, err)
		assert.Zero(t, resp.NotBefore)
	})
}

func TestRules(t *testing.T) {
	rules := []Rule{
		{Path: "ok", Equals: "false", Class: ClassConfig},
		{Path: "errors", Class: ClassRetry},
		{Status: []int{400, 410}, Path: "error.code", Contains: "cursor", Class: ClassCursorExpired},
		{Status: []int{404}, Class: ClassRetry, RetryAfter: 5 * time.Second},
		{Status: []int{409}, Path: "wait", Class: ClassRateLimit, RetryAfterPath: "wait"},
		{Status: []int{200}, Contains: "maintenance"},
	}
	tests := []struct {
		name   string
		status int
		body   string
		header []string
		class  Class // "" is success
		wait   time.Duration
	}{
		{"success with an error inside", 200, `{"ok":false,"error":"invalid_auth"}`, nil, ClassConfig, 0},
		{"success", 200, `{"ok":true,"entries":[]}`, nil, "", 0},
		{"list of errors", 200, `{"errors":[{"message":"x"}]}`, nil, ClassRetry, 0},
		{"empty list of errors", 200, `{"errors":[]}`, nil, "", 0},
		{"null errors", 200, `{"errors":null}`, nil, "", 0},
		{"the same words in a record don't count", 200, `{"data":[{"ok":false,"errors":["x"]}]}`, nil, "", 0},
		{"cursor", 410, `{"error":{"code":"bad_cursor"}}`, nil, ClassCursorExpired, 0},
		{"other 400", 400, `{"error":{"code":"bad_phrase"}}`, nil, ClassConfig, 0},
		{"status alone", 404, ``, nil, ClassRetry, 5 * time.Second},
		{"header wins over the rule's wait", 404, ``, []string{"Retry-After", "2"}, ClassRetry, 2 * time.Second},
		{"wait from the body", 409, `{"wait":1.5}`, nil, ClassRateLimit, 1500 * time.Millisecond},
		{"default class is data", 200, `<html>maintenance</html>`, nil, ClassData, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := do(t, Settings{Errors: rules}, reply(tt.status, tt.body, tt.header...))
			if tt.class == "" {
				assert.NoError(t, err)
				return
			}
			assert.Equal(t, tt.wait, requireClass(t, err, tt.class).RetryAfter)
		})
	}
}

func TestAStatusWithoutAPageIsEmptyOnlyByARule(t *testing.T) {
	for _, status := range []int{http.StatusResetContent, http.StatusNotModified} {
		_, err := do(t, Settings{}, reply(status, "", "X-Next", "c2"))
		assert.Contains(t, requireClass(t, err, ClassRetry).Hint, "class: empty")
		rules := []Rule{{Status: []int{status}, Class: ClassEmpty}}
		resp, err := do(t, Settings{Errors: rules}, reply(status, ""))
		require.NoError(t, err)
		assert.Equal(t, http.StatusNoContent, resp.Status)
	}
}

// TestAnErrorThatSaysThatThereIsNothing is handed on as an empty answer.
func TestAnErrorThatSaysThatThereIsNothing(t *testing.T) {
	rules := []Rule{{Status: []int{404}, Path: "code", Equals: "NO_EVENTS", Class: ClassEmpty}}
	resp, err := do(t, Settings{Errors: rules}, reply(404, `{"code":"NO_EVENTS"}`))
	require.NoError(t, err)
	assert.Equal(t, http.StatusNoContent, resp.Status)
	assert.Empty(t, resp.Body)
	_, err = do(t, Settings{Errors: rules}, reply(404, `{"code":"NO_SUCH_PATH"}`))
	requireClass(t, err, ClassConfig)
}

func TestRuleOnADeepBodyDoesNotMatch(t *testing.T) {
	deep := make([]byte, 7<<20)
	for i := range deep {
		deep[i] = '['
	}
	_, err := do(t, Settings{Errors: []Rule{{Path: "0.0"}}}, reply(200, string(deep)))
	assert.NoError(t, err, "the page decoder is the judge of that body")
	_, err = do(t, Settings{Errors: []Rule{{Path: "0.0"}}}, reply(500, string(deep[:60_000])))
	requireClass(t, err, ClassRetry)
}
