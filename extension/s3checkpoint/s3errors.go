// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// kind is what a failed request to S3 means for us.
type kind string

// The kinds; they are the outcomes of metric s3checkpoint_requests.
const (
	kindOK           kind = "ok"
	kindMissing      kind = "missing"      // the key does not exist
	kindPrecondition kind = "precondition" // 412: the condition does not hold
	kindConflict     kind = "conflict"     // 409: another conditional write is under way
	kindDenied       kind = "denied"       // 401, 403
	kindTransient    kind = "transient"    // a retry may mend it; a write may have been applied
	kindUnsupported  kind = "unsupported"  // 501
	kindOther        kind = "other"        // the request is wrong, or the answer makes no sense
)

// storeError is a request to S3 that failed.
type storeError struct {
	kind kind
	op   string // get, put, delete
	url  string // s3://bucket/key
	hint string
	err  error
}

func (e *storeError) Error() string {
	text := fmt.Sprintf("%s %s: %s", e.op, e.url, shorten(e.err.Error()))
	if e.hint != "" {
		text += " (" + e.hint + ")"
	}
	return text
}

func (e *storeError) Unwrap() error { return e.err }

// shorten keeps a server from filling the log through its error text.
func shorten(text string) string {
	const limit = 600
	if len(text) > limit {
		return text[:limit] + "..."
	}
	return text
}

// kindOf gives the kind of an error from the store.
func kindOf(err error) kind {
	if err == nil {
		return kindOK
	}
	var se *storeError
	if errors.As(err, &se) {
		return se.kind
	}
	return kindOther
}

const (
	hintDenied = "the role needs s3:GetObject and s3:PutObject on the prefix, and s3:ListBucket on the bucket: " +
		"without it S3 answers 403 for an object that does not exist yet"
	hintRegion   = "set `region` to that of the bucket"
	hintBucket   = "check `bucket`, `region` and `endpoint`"
	hintChecksum = "the server may not know the AWS SDK's checksums: set `endpoint`, which turns them off"
)

// classify says what the error of an SDK call means. Only S3's own NoSuchKey
// is a missing key: a proxy's 404 page must not look like a first start.
func classify(err error) (kind, string) {
	code := ""
	var api smithy.APIError
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	var res *smithyhttp.ResponseError
	if !errors.As(err, &res) || res.HTTPStatusCode() == 0 {
		// No answer at all: network, time limit, credentials.
		return kindTransient, ""
	}
	return classifyAnswer(res.HTTPStatusCode(), code)
}

func classifyAnswer(status int, code string) (kind, string) {
	// What servers answer that don't know the headers or the trailer of a checksum.
	checksumCodes := []string{"InvalidRequest", "InvalidArgument", "InvalidDigest", "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "MalformedTrailerError"}
	switch {
	case status == http.StatusNotFound && code == "NoSuchKey":
		return kindMissing, ""
	case status == http.StatusPreconditionFailed:
		return kindPrecondition, ""
	case status == http.StatusConflict:
		return kindConflict, ""
	case code == "ExpiredToken", code == "RequestTimeout", code == "RequestTimeTooSkewed":
		return kindTransient, ""
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return kindDenied, hintDenied
	case status == http.StatusNotImplemented:
		return kindUnsupported, hintChecksum
	case status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout:
		return kindTransient, ""
	case status >= 200 && status < 300:
		// The answer was cut or makes no sense, but the request arrived.
		return kindTransient, ""
	case code == "AuthorizationHeaderMalformed", code == "IllegalLocationConstraintException":
		return kindOther, hintRegion
	case status == http.StatusBadRequest && slices.Contains(checksumCodes, code):
		return kindOther, hintChecksum
	}
	return kindOther, hintBucket
}
