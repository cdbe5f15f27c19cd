// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// reservedHeaders are set by net/http or by the package send; another value
// would break framing, the origin rule or decompression.
var reservedHeaders = []string{
	"Host", "Content-Length", "Transfer-Encoding", "Connection", "Trailer", "Upgrade", "Te", "Accept-Encoding", "Expect",
}

func checkHeaderName(name string) error {
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return errors.New("is not a valid header name")
		}
	}
	if name == "" {
		return errors.New("is not a valid header name")
	}
	for _, r := range reservedHeaders {
		if strings.EqualFold(name, r) {
			return errors.New("can't be set: it belongs to the transport")
		}
	}
	return nil
}

// checkHeaderValue refuses what could end the header line or is not allowed in
// one (RFC 9110, section 5.5).
func checkHeaderValue(s string) error {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return errors.New("a value has a control character, which a header can't carry")
		}
	}
	return nil
}

func buildHeaders(fields []field, v *Values) (http.Header, error) {
	h := make(http.Header, len(fields)+2)
	for _, f := range fields {
		text, ok, err := f.value.expand(v, verbatim)
		if err == nil {
			err = checkHeaderValue(text)
		}
		if err != nil {
			return nil, fmt.Errorf("`%s`: %w", f.key, err)
		}
		if ok {
			h.Set(f.name, text)
		}
	}
	return h, nil
}
