// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// AWS CloudTrail LookupEvents: POST / with X-Amz-Target, JSON 1.1 and a Version 4 signature by KeyID and KeySecret.
// StartTime and EndTime are unix seconds, both inclusive; at most 50 events, newest first; NextToken goes with the very
// same other parameters and is absent at the end. Throttling is a 400.
const (
	cloudTrailTarget    = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"
	cloudTrailRetention = 90 * 24 * time.Hour
)

func cloudTrailProfile() profile {
	return profile{
		name: CloudTrail, precision: time.Second, retention: cloudTrailRetention,
		render: cloudTrailEvent(), answer: cloudTrailAnswer, refuse: cloudTrailRefuse,
	}
}

// cloudTrailBody is the body of a request.
type cloudTrailBody struct {
	StartTime  *float64
	EndTime    *float64
	MaxResults *int
	NextToken  string
}

func cloudTrailAnswer(c *call) reply {
	target := c.r.Header.Get("X-Amz-Target")
	if strings.Trim(c.path, "/") != "" || c.r.Method != http.MethodPost || !strings.HasSuffix(cloudTrailTarget, target) || target == "" {
		return cloudTrailRefuse(c, notFound, "")
	}
	if !c.signed("cloudtrail") {
		return cloudTrailRefuse(c, badCredentials, "")
	}
	if bad := c.unknown(); bad != "" {
		return cloudTrailRefuse(c, badRequest, bad)
	}
	var in cloudTrailBody
	dec := json.NewDecoder(bytes.NewReader(c.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil || c.r.Header.Get("Content-Type") != "application/x-amz-json-1.1" {
		return cloudTrailRefuse(c, badRequest, "the body is no LookupEvents request in application/x-amz-json-1.1")
	}
	return c.cloudTrailLookup(in)
}

// cloudTrailLookup serves a page.
func (c *call) cloudTrailLookup(in cloudTrailBody) reply {
	want := cursor{limit: 50}
	if in.MaxResults != nil {
		want.limit = int64(*in.MaxResults)
	}
	if want.limit < 1 || want.limit > 50 {
		return cloudTrailError("InvalidMaxResultsException", "MaxResults must be between 1 and 50")
	}
	if in.StartTime != nil {
		want.from = unixSeconds(*in.StartTime)
	}
	if in.EndTime != nil {
		want.to = unixSeconds(*in.EndTime).Add(time.Second) // inclusive, and times have whole seconds
	}
	if !want.from.IsZero() && !want.to.IsZero() && !want.from.Before(want.to) {
		return cloudTrailError("InvalidTimeRangeException", "StartTime must not be after EndTime")
	}
	lo, hi := c.log.Range(want.from, want.to, c.now)
	if in.NextToken != "" {
		cur, err := c.cursor(in.NextToken)
		if err != nil || !cur.from.Equal(want.from) || !cur.to.Equal(want.to) || cur.limit != want.limit {
			return cloudTrailRefuse(c, badCursor, "")
		}
		hi = min(hi, int(cur.pos))
	}
	events, next, more := c.backward(lo, hi, c.size(int(want.limit)), c.now)
	body := append(c.records([]byte(`{"Events":[`), events), ']')
	if more {
		want.pos = int64(next)
		body = fmt.Appendf(body, `,"NextToken":%q`, c.token(want))
	}
	r := page(append(body, '}'), events)
	r.header.Set("Content-Type", "application/x-amz-json-1.1")
	return r
}

// unixSeconds is a time from a JSON number, cut to whole seconds.
func unixSeconds(n float64) time.Time { return time.Unix(int64(min(max(n, 0), 1<<33)), 0).UTC() }

func cloudTrailRefuse(_ *call, why refusal, detail string) reply {
	switch why {
	case badCredentials:
		return cloudTrailError("UnrecognizedClientException", "The security token included in the request is invalid.")
	case tooMany:
		return cloudTrailError("ThrottlingException", "Rate exceeded")
	case badCursor:
		return cloudTrailError("InvalidNextTokenException", "Invalid token")
	case notFound:
		return cloudTrailError("UnknownOperationException", "")
	case broken, failedOK:
		r := cloudTrailError("InternalFailure", "")
		r.status = http.StatusInternalServerError
		if why == failedOK {
			r.status = http.StatusOK
		}
		return r
	default:
		return cloudTrailError("SerializationException", detail)
	}
}

func cloudTrailError(kind, message string) reply {
	r := jsonReply(http.StatusBadRequest, `{"__type":"`+kind+`","message":`+quoted(message)+`}`)
	r.header.Set("Content-Type", "application/x-amz-json-1.1")
	return r
}

// cloudTrailEvent renders an event; the real event is JSON inside the string CloudTrailEvent.
func cloudTrailEvent() field {
	own := map[string]field{
		"time":  func(dst []byte, e Event) []byte { return append(strconv.AppendInt(dst, e.Time.Unix(), 10), ".0"...) },
		"iso":   in(layoutSeconds),
		"event": oneOf(1, "ConsoleLogin", "AssumeRole", "CreateUser", "PutBucketPolicy"),
		"from":  oneOf(1, "signin.amazonaws.com", "sts.amazonaws.com", "iam.amazonaws.com", "s3.amazonaws.com"),
	}
	inner := compile(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"$pid$","sessionName":"$name$"},"eventTime":"$iso$",`+
		`"eventSource":"$from$","eventName":"$event$","awsRegion":"eu-central-1","sourceIPAddress":"$ip$","userAgent":"$agent$",`+
		`"eventID":"0ebbaee4-6e67-431d-8225-$index$","readOnly":false,"managementEvent":true}`, own)
	own["inner"] = func(dst []byte, e Event) []byte { return append(dst, quoted(string(inner(nil, e)))...) }
	return compile(`{"EventId":"0ebbaee4-6e67-431d-8225-$index$","EventName":"$event$","ReadOnly":"false","AccessKeyId":"ASIA$hex$",`+
		`"EventTime":$time$,"EventSource":"$from$","Username":"$pid$","Resources":[],"CloudTrailEvent":$inner$}`, own)
}
