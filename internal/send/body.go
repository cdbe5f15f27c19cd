// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"unsafe"

	"github.com/klauspost/compress/gzip"
)

var (
	errTooLarge = errors.New("body is larger than `limits::max_page_bytes`")
	errRatio    = errors.New("body inflates beyond the allowed ratio")
	errEncoding = errors.New("body has a Content-Encoding other than gzip")
	// errImplausible comes with what is wrong.
	errImplausible = errors.New("body can't be a page")
	errDamaged     = errors.New("truncated or damaged body")
)

const (
	firstBuffer  = 64 << 10 // without any idea of the size
	ratioMinimum = 1 << 20  // below this size every ratio is harmless
)

// readBody reads the whole body as one string. limit bounds it as sent and as
// inflated. wire is the number of bytes as sent; release is that of Response.
func (c *Client) readBody(ctx context.Context, cancel context.CancelCauseFunc, raw *http.Response, limit int64) (body string, wire int64, release func(), err error) {
	in := newMeter(raw.Body, c.settings, limit, cancel)
	defer in.stop()
	var (
		reader io.Reader = in
		hint             = raw.ContentLength + 1
	)
	switch how := encoding(raw.Header); {
	case plain(how):
		if raw.ContentLength > limit {
			return "", 0, nil, errTooLarge
		}
	case how == "gzip", how == "x-gzip":
		zr, err := gzip.NewReader(in)
		if errors.Is(err, io.EOF) && in.n == 0 && raw.ContentLength <= 0 {
			return "", 0, nil, nil // an empty body is not compressed
		}
		if err != nil {
			return "", in.n, nil, damaged(ctx, err)
		}
		reader, hint = zr, 0
	default:
		return "", 0, nil, errEncoding
	}
	if hint <= 0 {
		last := c.lastSize.Load()
		hint = max(last+last/8, firstBuffer)
	}
	place := room{shared: c.settings.Large, own: &c.tenant, wait: in.wait, plausible: c.settings.Plausible, limit: limit}
	text, err := place.readAll(ctx, reader, hint, func(n int64) error {
		if n > ratioMinimum && n/int64(c.settings.MaxRatio) > in.n {
			return errRatio
		}
		return nil
	})
	if err != nil {
		return "", in.n, nil, damaged(ctx, err)
	}
	if raw.ContentLength >= 0 && in.n != raw.ContentLength {
		Response{Release: place.release}.Done()
		return "", in.n, nil, fmt.Errorf("%w: %d of %d bytes", errDamaged, in.n, raw.ContentLength)
	}
	c.lastSize.Store(int64(len(text)))
	return text, in.n, place.release, nil
}

// damaged names the faults of a body that ended early or has a wrong checksum.
func damaged(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, errTooLarge) || errors.Is(err, errRatio) || errors.Is(err, errImplausible) {
		return err
	}
	return fmt.Errorf("%w: %w", errDamaged, err)
}

// readAll reads up to the limit into one buffer, whatever the reader claims; hint
// is the size that is expected. It must be called once.
func (m *room) readAll(ctx context.Context, r io.Reader, hint int64, check func(n int64) error) (text string, err error) {
	read, kept := false, false
	defer func() { m.leave(read, kept) }()
	for {
		if len(m.buf) == cap(m.buf) {
			if err := m.grow(ctx, max(hint, 512)); err != nil {
				return "", err
			}
		}
		n, err := r.Read(m.buf[len(m.buf):cap(m.buf)])
		m.buf = m.buf[:len(m.buf)+n]
		if int64(len(m.buf)) > m.limit {
			return "", errTooLarge
		}
		if err := check(int64(len(m.buf))); err != nil {
			return "", err
		}
		if errors.Is(err, io.EOF) {
			read = true
			text, kept = asString(m.buf)
			return text, nil
		}
		if err != nil {
			return "", err
		}
	}
}

// asString makes the buffer a string without copying it; nothing writes to the
// buffer afterwards. Only a buffer that is mostly empty is copied, because
// records are slices of the string and would keep all of it alive.
func asString(buf []byte) (text string, kept bool) {
	if spare := cap(buf) - len(buf); spare > firstBuffer && spare > len(buf)/2 {
		return string(buf), false
	}
	return unsafe.String(unsafe.SliceData(buf), len(buf)), true //nolint:gosec // no other reference to buf is used again
}
