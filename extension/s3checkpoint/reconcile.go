// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
)

// verdict is what a look at the object says about a refused write.
type verdict uint8

const (
	again      verdict = iota // the same write may be tried again, after a pause
	now                       // the same: it was aimed at an ETag that is known now
	landed                    // it is in place: the answer to an earlier attempt was lost
	rebase                    // an earlier write of ours is in place
	suspicious                // could be a stale read; look again
	final                     // no attempt can succeed
)

// finding is the result of a look.
type finding struct {
	verdict verdict
	etag    string
	err     error
	older   *document.Document // of suspicious: what was found, if it was readable
}

// reconcile looks why S3 refused a conditional write. The answers 412, 409 and
// 404 don't tell: our own write looks foreign when its first answer was lost.
func (c *client) reconcile(ctx context.Context, next *document.Document, cause error) finding {
	f := c.examine(ctx, next, cause)
	switch {
	case f.verdict == landed || f.verdict == rebase:
		c.tel.conflict(ctx, c.name(), "own")
	case errors.Is(f.err, ErrFenced):
		c.tel.conflict(ctx, c.name(), "foreign")
	case errors.Is(f.err, ErrGone):
		c.tel.conflict(ctx, c.name(), "missing")
	case errors.Is(f.err, ErrCorrupt):
		c.tel.conflict(ctx, c.name(), "corrupt")
	case f.verdict == suspicious:
		c.tel.conflict(ctx, c.name(), "older")
	default:
		c.tel.conflict(ctx, c.name(), "unchanged")
	}
	return f
}

func (c *client) examine(ctx context.Context, next *document.Document, cause error) finding {
	text, etag, err := c.store.get(ctx, c.key, maxObject)
	if err != nil && !errors.Is(err, ErrCorrupt) {
		switch kindOf(err) {
		case kindMissing:
			return finding{verdict: suspicious, err: c.goneError(cause)}
		case kindTransient, kindConflict:
			return finding{verdict: again, err: err}
		}
		return finding{verdict: final, err: err}
	}
	var doc *document.Document
	if err == nil {
		doc, err = c.decode(text)
	}
	if errors.Is(err, ErrCorrupt) {
		return c.judgeCorrupt(text, etag, err)
	}
	if err != nil {
		return finding{verdict: final, err: err}
	}
	return c.judge(doc, text, etag, next, cause)
}

// judge compares what lies in S3 with what this client wrote.
func (c *client) judge(doc *document.Document, text []byte, etag string, next *document.Document, cause error) finding {
	mine := c.held.doc
	switch {
	case doc.Writer.ID != c.writer.ID && doc.Epoch >= mine.Epoch:
		return finding{verdict: final, err: c.fence(doc)}
	case doc.Writer.ID != c.writer.ID:
		return finding{verdict: suspicious, older: doc, err: fmt.Errorf("%s holds an older state than this process wrote: %w", c.store.url(c.key), cause)}
	case doc.Nonce == next.Nonce:
		return finding{verdict: landed, etag: etag}
	case doc.Nonce == mine.Nonce && c.held.etag == etag:
		return finding{verdict: again, err: cause}
	case doc.Nonce == mine.Nonce:
		c.held.etag = etag // somebody copied the object onto itself
		return finding{verdict: now, err: cause}
	case doc.Generation > mine.Generation:
		c.accept(doc, text, etag, c.renewed)
		return finding{verdict: rebase, err: errRebase}
	}
	return finding{verdict: suspicious, older: doc, err: fmt.Errorf("%s holds an older state than this process wrote: %w", c.store.url(c.key), cause)}
}

// judgeCorrupt takes a torn write of this client for what it is and writes over
// it. Any other corrupt object may hide a newer holder: nothing is overwritten.
func (c *client) judgeCorrupt(text []byte, etag string, err error) finding {
	if bytes.Contains(text, []byte(`"id": "`+c.writer.ID+`"`)) {
		c.held.etag, c.held.unsure = etag, true
		return finding{verdict: now, err: err}
	}
	return finding{verdict: suspicious, err: c.corruptError(err)}
}

// believe ends a write whose suspicious finding did not go away.
func (c *client) believe(f finding) error {
	if f.older != nil {
		return c.fence(f.older)
	}
	return f.err
}
