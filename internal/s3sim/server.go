// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3sim

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Owner is the account that owns every bucket. A request that expects another
// owner is denied.
const Owner = "111122223333"

const maxBody = 64 << 20

// Mode is how a server deviates from Amazon's behaviour. The zero value does
// not deviate.
type Mode struct {
	// IgnoreConditions takes If-Match and If-None-Match and ignores them.
	IgnoreConditions bool
	// RejectConditions answers 501 to conditional writes.
	RejectConditions bool
	// NoList answers 403 for a missing key, as S3 does to a caller who lacks
	// s3:ListBucket.
	NoList bool
	// MissingFails answers 412 to If-Match on a missing key, as SeaweedFS and
	// Ceph do. Amazon answers 404.
	MissingFails bool
}

// Request is one request that the server received, before any fault.
type Request struct {
	Method, Bucket, Key string
	Header              http.Header
}

// Server is the fake store. It is safe for concurrent use.
type Server struct {
	mu      sync.Mutex
	mode    Mode
	buckets map[string]*bucket
	faults  []*Fault
	log     []Request
}

// New gives a server that has the named buckets, all empty.
func New(buckets ...string) *Server {
	s := &Server{buckets: map[string]*bucket{}}
	for _, name := range buckets {
		s.buckets[name] = &bucket{objects: map[string]*object{}}
	}
	return s
}

// SetMode changes how the server deviates.
func (s *Server) SetMode(m Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode = m
}

// Requests gives the requests received so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.log...)
}

// Count gives the number of requests received with that method for keys that
// end in suffix.
func (s *Server) Count(method, suffix string) int {
	n := 0
	for _, r := range s.Requests() {
		if r.Method == method && strings.HasSuffix(r.Key, suffix) {
			n++
		}
	}
	return n
}

// call is one request, taken apart.
type call struct {
	Request
	body    []byte
	query   url.Values
	done    <-chan struct{} // the client gave up
	expects string          // the bucket owner that the client expects
}

// answer is what the client gets.
type answer struct {
	status int
	header http.Header
	body   []byte
	reset  bool // cut the connection instead of (or, with a body, during) the answer
}

func (s *Server) receive(r *http.Request) (call, error) {
	c := call{done: r.Context().Done(), query: r.URL.Query()}
	c.Method, c.Header = r.Method, r.Header.Clone()
	c.expects = r.Header.Get("x-amz-expected-bucket-owner")
	c.Bucket, c.Key = s.locate(r)
	if r.Body != nil {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
		if err != nil {
			return c, err
		}
		c.body = body
	}
	return c, nil
}

// locate finds bucket and key in a virtual-hosted or path style address.
func (s *Server) locate(r *http.Request) (bucket, key string) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	if name, _, ok := strings.Cut(host, ".s3."); ok {
		return name, path
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key
}

// handle plays one request: log it, look for a fault, apply it.
func (s *Server) handle(c call, own Fault) answer {
	s.mu.Lock()
	s.log = append(s.log, c.Request)
	f := s.takeFault(c)
	s.mu.Unlock()
	switch {
	case f != nil:
		return s.fail(c, *f)
	case own.Effect != 0:
		return s.fail(c, own)
	}
	return s.apply(c, false)
}

// apply does what the request asks, atomically. stale reads see the version
// before the newest.
func (s *Server) apply(c call, stale bool) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.buckets[c.Bucket]
	switch {
	case !ok:
		return refusal(http.StatusNotFound, "NoSuchBucket")
	case c.expects != "" && c.expects != Owner:
		return refusal(http.StatusForbidden, "AccessDenied")
	case c.Header.Get("x-amz-decoded-content-length") != "" || c.Header.Get("x-amz-trailer") != "":
		return refusal(http.StatusNotImplemented, "NotImplemented")
	}
	switch c.Method {
	case http.MethodPut:
		return s.put(b, c)
	case http.MethodGet, http.MethodHead:
		if c.Key == "" {
			return list(b, c.Bucket, c.query)
		}
		return s.get(b, c, stale)
	case http.MethodDelete:
		if o := b.objects[c.Key]; o != nil {
			o.add(nil, time.Now())
		}
		return answer{status: http.StatusNoContent}
	}
	return refusal(http.StatusMethodNotAllowed, "MethodNotAllowed")
}
