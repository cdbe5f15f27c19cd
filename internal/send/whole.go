// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"errors"
	"mime"
	"net/http"
	"strings"
)

var errPiece = errors.New("the answer is a range of bytes, which nobody asked for: the rest of it is missing")

// isPiece tells whether an answer is a part of what was asked for, as HTTP means
// it: a range of bytes. A 206 with a range of another unit, or of none, is the
// vendor's own way to say that there are more pages.
func isPiece(asked http.Header, raw *http.Response) bool {
	if raw.StatusCode != http.StatusPartialContent || asked.Get("Range") != "" {
		return false
	}
	unit, _, _ := strings.Cut(strings.TrimSpace(raw.Header.Get("Content-Range")), " ")
	kind, _, _ := mime.ParseMediaType(raw.Header.Get("Content-Type"))
	return strings.EqualFold(unit, "bytes") || kind == "multipart/byteranges"
}

// isUnproven tells whether nothing around a body of that many bytes says that it
// is whole. HTTP/1 may end a body with its connection, which a proxy that gives
// up does too; over TLS as well. A gzip body ends with its checksum.
func isUnproven(raw *http.Response, wire int64) bool {
	if raw.StatusCode == http.StatusPartialContent && raw.Header.Get("Content-Range") == "" {
		return true
	}
	framed := raw.ContentLength >= 0 || len(raw.TransferEncoding) > 0 || raw.ProtoMajor > 1
	zipped := raw.Uncompressed || wire > 0 && !plain(encoding(raw.Header))
	return !framed && !zipped
}

// encoding is the Content-Encoding, in lower case.
func encoding(h http.Header) string {
	return strings.ToLower(strings.TrimSpace(h.Get("Content-Encoding")))
}

// plain tells whether an encoding is none.
func plain(encoding string) bool { return encoding == "" || encoding == "identity" }
