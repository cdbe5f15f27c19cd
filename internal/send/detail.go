// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// Where vendors put their error code, their message, and a wait in seconds.
var (
	codePaths = []string{
		"errorCode", "0.errorCode", "error_code", "__type", "error.errors.0.reason", "error.code", "error.status", "errors.0.code",
		"errors.0.extensions.code", "code", "error",
	}
	messagePaths = []string{
		"errorSummary", "error_summary", "error_description", "error.message", "message", "0.message",
		"errors.0.message", "errors.0.detail", "errors.0.title", "errors.0", "detail", "msg", "title", "reason",
	}
	waitPath = "wait_time" // Netskope
)

// vendorError is the little that is taken from an error body.
type vendorError struct {
	code, message string
	wait          time.Duration
}

// readVendorError looks at known places of a JSON body. Nothing else of a body
// gets into an error: it may hold events, tokens or a whole web page.
func readVendorError(body string) vendorError {
	// json.Valid bounds depth and doesn't recurse, unlike gjson.Valid.
	if len(body) > maxErrorBody || !json.Valid([]byte(body)) || !shallow(body, maxRuleDepth) {
		return vendorError{}
	}
	v := vendorError{code: firstText(body, codePaths), message: firstText(body, messagePaths)}
	if i := strings.LastIndexByte(v.code, '#'); i >= 0 {
		v.code = v.code[i+1:] // AWS puts a namespace in front
	}
	if v.code == v.message {
		v.message = ""
	}
	v.wait, _ = parseSeconds(gjson.Get(body, waitPath).String())
	return v
}

// firstText returns the first value that is a text or a number.
func firstText(body string, paths []string) string {
	for _, p := range paths {
		if v := gjson.Get(body, p); v.Type == gjson.String && v.Str != "" || v.Type == gjson.Number {
			return v.String()
		}
	}
	return ""
}

// detail is the text of an error from a vendor's answer.
func (c *Client) detail(v vendorError) string {
	text := v.code
	if v.message != "" && text != "" {
		text += ": "
	}
	text = Scrub(text+v.message, c.settings.Secrets())
	if text == "" {
		return "the vendor gave no reason"
	}
	return text
}
