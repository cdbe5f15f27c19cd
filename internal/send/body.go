// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unsafe"

	"github.com/klauspost/compress/gzip"
)

var (
	errTooLarge = errors.New("body is larger than `limits::max_page_bytes`")
	errRatio    = errors.New("body inflates beyond the allowed ratio")
	errEncoding = errors.New("body has a Content-Encoding other than gzip")
	errDamaged  = errors.New("truncated or damaged body")
)

const (
	firstBuffer  = 64 << 10 // without any idea of the size
	ratioMinimum = 1 << 20  // below this size every ratio is harmless
)

// readBody reads the whole body as one string. limit bounds it as sent and as
// inflated. wire is the number of bytes as sent.
func (c *Client) readBody(ctx context.Context, cancel context.CancelCauseFunc, raw *http.Response, limit int64) (body string, wire int64, err error) {
	in := newMeter(raw.Body, c.settings, limit, cancel)
	defer in.stop()
	var (
		reader io.Reader = in
		hint             = raw.ContentLength + 1
	)
	switch encoding := strings.ToLower(strings.TrimSpace(raw.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		zr, err := gzip.NewReader(in)
		if errors.Is(err, io.EOF) && in.n == 0 && raw.ContentLength <= 0 {
			return "", 0, nil // an empty body is not compressed
		}
		if err != nil {
			return "", in.n, damaged(ctx, err)
		}
		reader, hint = zr, 0
	default:
		return "", 0, errEncoding
	}
	if hint <= 0 {
		last := c.lastSize.Load()
		hint = max(last+last/8, firstBuffer)
	}
	text, err := readAll(reader, hint, limit, func(n int64) error {
		if n > ratioMinimum && n/int64(c.settings.MaxRatio) > in.n {
			return errRatio
		}
		return nil
	})
	if err != nil {
		return "", in.n, damaged(ctx, err)
	}
	if raw.ContentLength >= 0 && in.n != raw.ContentLength {
		return "", in.n, fmt.Errorf("%w: %d of %d bytes", errDamaged, in.n, raw.ContentLength)
	}
	c.lastSize.Store(int64(len(text)))
	return text, in.n, nil
}

// damaged names the faults of a body that ended early or has a wrong checksum.
func damaged(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, errTooLarge) || errors.Is(err, errRatio) {
		return err
	}
	return fmt.Errorf("%w: %w", errDamaged, err)
}

// readAll reads up to limit bytes into one buffer. It holds at most twice what
// it returns, or 1.5 x limit while it grows, whatever the reader claims.
func readAll(r io.Reader, hint, limit int64, check func(n int64) error) (string, error) {
	// One byte more than allowed, so that one byte too many is seen.
	buf := make([]byte, 0, min(max(hint, 512), limit+1))
	for {
		if len(buf) == cap(buf) {
			bigger := make([]byte, len(buf), min(int64(cap(buf))*2, limit+1))
			copy(bigger, buf)
			buf = bigger
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > limit {
			return "", errTooLarge
		}
		if err := check(int64(len(buf))); err != nil {
			return "", err
		}
		if errors.Is(err, io.EOF) {
			return asString(buf), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// asString makes the buffer a string without copying it; nothing writes to the
// buffer afterwards. Only a buffer that is mostly empty is copied, because
// records are slices of the string and would keep all of it alive.
func asString(buf []byte) string {
	if spare := cap(buf) - len(buf); spare > firstBuffer && spare > len(buf)/2 {
		return string(buf)
	}
	return unsafe.String(unsafe.SliceData(buf), len(buf)) //nolint:gosec // the only reference to buf ends here
}
