// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"io"
	"time"
)

// brokenBody is a body that does not arrive whole.
type brokenBody struct {
	ctx  context.Context
	text string
	// err is what comes after text; nil means that nothing ever comes.
	err error
	// every is the time from one byte to the next; 0 = all at once.
	every time.Duration
}

// Read implements io.Reader. Like a connection's it ends with the request.
func (b *brokenBody) Read(p []byte) (int, error) {
	if b.ctx.Err() != nil {
		return 0, b.ctx.Err()
	}
	if b.text == "" {
		if b.err != nil {
			return 0, b.err
		}
		<-b.ctx.Done()
		return 0, b.ctx.Err()
	}
	n := min(len(p), len(b.text))
	if b.every > 0 {
		n = 1
		if err := sleep(b.ctx, b.every); err != nil {
			return 0, err
		}
	}
	copy(p, b.text[:n])
	b.text = b.text[n:]
	return n, nil
}

// Close implements io.Closer.
func (b *brokenBody) Close() error { return nil }

var _ io.ReadCloser = (*brokenBody)(nil)

// sleep waits for d of virtual time, or less when ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
