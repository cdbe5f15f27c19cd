// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"errors"
	"fmt"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
)

// object is what lies under one key.
type object struct {
	doc  *document.Document // nil if missing or broken
	text []byte
	etag string // empty: there is no object
	// broken says why there is an object but no document.
	broken error
}

func (o *object) missing() bool { return o.etag == "" }

// read looks at one key once. Missing and broken are results; everything else
// that is not a document of this component is an error.
func (c *client) read(ctx context.Context, key string) (*object, error) {
	text, etag, err := c.store.get(ctx, key, maxObject)
	if kindOf(err) == kindMissing {
		return &object{}, nil
	}
	var doc *document.Document
	if err == nil {
		doc, err = c.decode(text)
	}
	if errors.Is(err, ErrCorrupt) && etag != "" {
		return &object{etag: etag, broken: err}, nil
	}
	if err != nil {
		return nil, err
	}
	if etag == "" {
		return nil, &storeError{kind: kindOther, op: "get", url: c.store.url(key), err: errors.New("the server answered without an ETag")}
	}
	return &object{doc: doc, text: text, etag: etag}, nil
}

// decode reads a document and checks whose it is.
func (c *client) decode(text []byte) (*document.Document, error) {
	doc, err := document.Decode(text)
	if err != nil {
		return nil, err
	}
	if doc.Component != c.component || doc.StorageName != c.storageName {
		return nil, fmt.Errorf("%s belongs to %s (storage name %q), not to %s (storage name %q): rename one of them, or set `instance`",
			c.store.url(c.key), doc.Component, doc.StorageName, c.component, c.storageName)
	}
	return doc, nil
}

// base is the state that a takeover starts from.
type base struct {
	doc       *document.Document // nil: a first start
	recovered error              // why doc is the previous generation
	prev      previous           // what KEY.prev holds
	prevDoc   *document.Document
}

// choose decides from which generation to go on. It never gives a first start
// unless there is neither object, by S3's own word (F45, F46).
func (c *client) choose(ctx context.Context, newest *object) (base, error) {
	b := base{doc: newest.doc, prev: previous{known: true}}
	old, err := c.read(ctx, c.key+previousSuffix)
	if err != nil {
		if b.doc != nil {
			b.prev.known = false // looked at again before it is written
			err = nil
		}
		return b, err
	}
	b.prev.etag, b.prevDoc = old.etag, old.doc
	if old.doc != nil {
		b.prev.generation, b.prev.parts = old.doc.Generation, partNames(old.doc.Data)
	}
	switch {
	case b.doc != nil:
		return b, nil
	case newest.missing() && old.missing():
		return b, nil
	case old.doc == nil:
		why := newest.broken
		if why == nil {
			why = fmt.Errorf("%w: it is gone, and its previous generation is damaged: %w", ErrCorrupt, old.broken)
		}
		return b, c.corruptError(why)
	}
	b.doc, b.recovered = old.doc, newest.broken
	if b.recovered == nil {
		b.recovered = c.goneError(errors.New("NoSuchKey"))
	}
	return b, nil
}

// corruptError tells how to recover.
func (c *client) corruptError(cause error) error {
	bucket, endpoint := c.store.bucket, ""
	if c.cfg.Endpoint != "" {
		endpoint = " --endpoint-url " + c.cfg.Endpoint
	}
	return fmt.Errorf(`%s can't be used and nothing was overwritten: %w. To recover, stop the collector and either restore an earlier version of a versioned bucket:
  aws s3api list-object-versions%s --bucket %s --prefix '%s'
  aws s3api copy-object%s --bucket %s --key '%s' --copy-source '%s/%s?versionId=VERSION'
or start this source anew, which reads again from its start_at:
  aws s3 mv%s '%s' '%s.corrupt'
  aws s3 mv%s '%s.prev' '%s.prev.corrupt'`,
		c.store.url(c.key), cause,
		endpoint, bucket, c.key,
		endpoint, bucket, c.key, bucket, c.key,
		endpoint, c.store.url(c.key), c.store.url(c.key),
		endpoint, c.store.url(c.key), c.store.url(c.key))
}

// goneError is about an object that existed and does not any more.
func (c *client) goneError(cause error) error {
	return fmt.Errorf("%s: %w (%w); restart to go on from %s%s, or restore it", c.store.url(c.key), ErrGone, cause, c.store.url(c.key), previousSuffix)
}
