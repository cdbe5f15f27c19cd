// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

type bucket struct{ objects map[string]*object }

// object keeps every version that it ever had, oldest first.
type object struct{ versions []version }

type version struct {
	body     []byte // nil: deleted
	etag     string
	modified time.Time
}

// add appends a version; body nil is a deletion.
func (o *object) add(body []byte, now time.Time) version {
	v := version{body: body, modified: now}
	if body != nil {
		sum := sha256.Sum256(body) // like MD5 at S3: equal content, equal ETag
		v.etag = `"` + hex.EncodeToString(sum[:16]) + `"`
	}
	o.versions = append(o.versions, v)
	return v
}

// at gives the newest version, or with back = 1 the one before it.
func (o *object) at(back int) (version, bool) {
	if o == nil || len(o.versions) <= back {
		return version{}, false
	}
	v := o.versions[len(o.versions)-1-back]
	return v, v.body != nil
}

func (s *Server) put(b *bucket, c call) answer {
	if refused := s.condition(b, c); refused != nil {
		return *refused
	}
	o := b.objects[c.Key]
	if o == nil {
		o = &object{}
		b.objects[c.Key] = o
	}
	v := o.add(append([]byte{}, c.body...), time.Now())
	return answer{status: http.StatusOK, header: http.Header{"Etag": {v.etag}}}
}

// condition evaluates the conditions of a write; nil lets it pass.
func (s *Server) condition(b *bucket, c call) *answer {
	match, none := c.Header.Get("If-Match"), c.Header.Get("If-None-Match")
	if match == "" && none == "" || s.mode.IgnoreConditions {
		return nil
	}
	current, exists := b.objects[c.Key].at(0)
	var a answer
	switch {
	case s.mode.RejectConditions, none != "" && none != "*":
		a = refusal(http.StatusNotImplemented, "NotImplemented")
	case none == "*" && exists:
		a = refusal(http.StatusPreconditionFailed, "PreconditionFailed")
	case match != "" && !exists && !s.mode.MissingFails:
		a = refusal(http.StatusNotFound, "NoSuchKey")
	case match != "" && strings.Trim(match, `"`) != strings.Trim(current.etag, `"`):
		a = refusal(http.StatusPreconditionFailed, "PreconditionFailed")
	default:
		return nil
	}
	return &a
}

func (s *Server) get(b *bucket, c call, stale bool) answer {
	back := 0
	if stale {
		back = 1
	}
	v, ok := b.objects[c.Key].at(back)
	switch {
	case !ok && s.mode.NoList:
		return refusal(http.StatusForbidden, "AccessDenied")
	case !ok:
		return refusal(http.StatusNotFound, "NoSuchKey")
	}
	return answer{status: http.StatusOK, body: v.body, header: http.Header{
		"Etag":           {v.etag},
		"Content-Length": {strconv.Itoa(len(v.body))},
		"Last-Modified":  {v.modified.UTC().Format(http.TimeFormat)},
	}}
}

// Object gives the newest body of a key, and whether the key exists.
func (s *Server) Object(bucket, key string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.buckets[bucket].objects[key].at(0)
	return bytes.Clone(v.body), ok
}

// Keys gives the keys that exist, sorted.
func (s *Server) Keys(bucket string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buckets[bucket].keys("")
}

// Versions gives every body that a key ever had, oldest first; a deletion is
// nil. Invariants over time are checked on it.
func (s *Server) Versions(bucket, key string) [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.buckets[bucket].objects[key]
	if o == nil {
		return nil
	}
	all := make([][]byte, 0, len(o.versions))
	for _, v := range o.versions {
		all = append(all, bytes.Clone(v.body))
	}
	return all
}

// SetObject writes a body behind the clients' back; nil deletes the key.
func (s *Server) SetObject(bucket, key string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.buckets[bucket].objects[key]
	if o == nil {
		o = &object{}
		s.buckets[bucket].objects[key] = o
	}
	o.add(bytes.Clone(body), time.Now())
}
