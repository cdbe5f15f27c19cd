// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// objectAPI is the part of S3 that is needed; *s3.Client has it. It is safe for
// concurrent use. A PUT that failed may have been applied.
type objectAPI interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
}

// condition is what must hold for a write to be applied. The zero condition
// always holds.
type condition struct {
	match  string // the object has this ETag
	absent bool   // there is no object
}

// store is one bucket, with one attempt per call: who retries is decided above.
type store struct {
	api     objectAPI
	cfg     *Config
	bucket  string
	count   func(op string, k kind)
	emulate bool // the server ignores conditions: look first, then write
	// away says that a last write was in vain: the clients that are closed after
	// that one don't wait for theirs.
	away *atomic.Bool
}

func (s *store) url(key string) string { return "s3://" + s.bucket + "/" + key }

// fail counts and classifies the outcome of one request.
func (s *store) fail(op, key string, err error) error {
	k, hint := classify(err)
	s.count(op, k)
	return &storeError{kind: k, op: op, url: s.url(key), hint: hint, err: err}
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// get reads an object of at most limit bytes. A longer one is ErrCorrupt, with
// its ETag.
func (s *store) get(ctx context.Context, key string, limit int64) (body []byte, etag string, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	out, err := s.api.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &s.bucket, Key: &key, ExpectedBucketOwner: optional(s.cfg.ExpectedBucketOwner),
	})
	if err != nil {
		return nil, "", s.fail("get", key, err)
	}
	defer func() { _ = out.Body.Close() }() // nothing is lost by a failed close of a read
	etag = aws.ToString(out.ETag)
	body, err = io.ReadAll(io.LimitReader(out.Body, limit+1))
	if err != nil {
		return nil, "", s.fail("get", key, fmt.Errorf("read the body: %w", err))
	}
	s.count("get", kindOK)
	if int64(len(body)) > limit {
		return nil, etag, fmt.Errorf("%w: it has more than %d bytes", ErrCorrupt, limit)
	}
	return body, etag, nil
}

// put writes an object if cond holds, and gives its ETag.
func (s *store) put(ctx context.Context, key string, body []byte, cond condition) (etag string, err error) {
	if s.emulate {
		if err := s.look(ctx, key, cond); err != nil {
			return "", err
		}
		cond = condition{}
	}
	return s.putIf(ctx, key, body, cond)
}

func (s *store) putIf(ctx context.Context, key string, body []byte, cond condition) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	in := &s3.PutObjectInput{
		Bucket: &s.bucket, Key: &key, Body: bytes.NewReader(body), ContentLength: aws.Int64(int64(len(body))),
		ContentType:          aws.String("application/json"),
		CacheControl:         aws.String("no-store"),
		ExpectedBucketOwner:  optional(s.cfg.ExpectedBucketOwner),
		ServerSideEncryption: types.ServerSideEncryption(s.cfg.SSE),
		SSEKMSKeyId:          optional(s.cfg.KMSKeyID),
		IfMatch:              optional(cond.match),
	}
	if cond.absent {
		in.IfNoneMatch = aws.String("*")
	}
	out, err := s.api.PutObject(ctx, in)
	if err != nil {
		return "", s.fail("put", key, err)
	}
	if aws.ToString(out.ETag) == "" {
		s.count("put", kindOther)
		return "", &storeError{kind: kindOther, op: "put", url: s.url(key), err: errors.New("the server answered without an ETag")}
	}
	s.count("put", kindOK)
	return *out.ETag, nil
}

// look checks a condition by reading, for servers that can't. Between the look
// and the write another writer can slip in.
func (s *store) look(ctx context.Context, key string, cond condition) error {
	if cond == (condition{}) {
		return nil
	}
	_, etag, err := s.get(ctx, key, maxObject)
	refuse := func(k kind) error {
		return &storeError{kind: k, op: "put", url: s.url(key), err: errors.New("the object is not what this write replaces")}
	}
	switch {
	case kindOf(err) == kindMissing && cond.absent:
		return nil
	case kindOf(err) == kindMissing:
		return refuse(kindMissing)
	case err != nil && !errors.Is(err, ErrCorrupt):
		return err
	case cond.absent || etag != cond.match:
		return refuse(kindPrecondition)
	}
	return nil
}

// remove deletes an object. A missing one is no error.
func (s *store) remove(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	_, err := s.api.DeleteObject(ctx, &s3.DeleteObjectInput{
		Bucket: &s.bucket, Key: &key, ExpectedBucketOwner: optional(s.cfg.ExpectedBucketOwner),
	})
	if err == nil {
		s.count("delete", kindOK)
		return nil
	}
	if err := s.fail("delete", key, err); kindOf(err) != kindMissing {
		return err
	}
	return nil
}
