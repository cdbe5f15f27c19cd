// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// version is one state that a checkpoint had in S3.
type version struct {
	Component  string
	Epoch      uint64
	Generation uint64
	Writer     struct{ ID string }
	sealed     bool // the checksum at its end is right
}

// s3Log stands before an S3 server and writes down every version of every
// checkpoint. It lets one write through at a time: the server looks at the
// condition and writes without a lock, which S3 itself does not. Now and then it
// loses an answer.
type s3Log struct {
	url     string
	forward *httputil.ReverseProxy

	mu       sync.Mutex
	dice     *rand.Rand
	versions map[string][]version // by component
	// refused are the writes under an epoch that was over, by component.
	refused   map[string]int
	lost, all int
	failed    []string
}

func startS3Log(t *testing.T, server string, dice *rand.Rand) *s3Log {
	t.Helper()
	target, err := url.Parse(server)
	require.NoError(t, err)
	l := &s3Log{dice: dice, versions: map[string][]version{}, refused: map[string]int{}}
	// The Host header stays the client's: it is signed, and the server listens to any.
	l.forward = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}, ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }}
	front := httptest.NewServer(l)
	t.Cleanup(front.Close)
	l.url = front.URL
	return l
}

// ServeHTTP passes a request on. A write that came whole goes on though its
// sender was killed meanwhile, as on the way to a real S3.
func (l *s3Log) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut {
		l.forward.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // killed while sending
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	out := r.WithContext(context.WithoutCancel(r.Context()))
	out.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	l.forward.ServeHTTP(answer, out)
	l.note(r.URL.Path, body, answer.Code)
	if l.dice.IntN(50) == 0 {
		l.lost++
		panic(http.ErrAbortHandler) // cuts the connection
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// note writes a PUT down. The lock is held.
func (l *s3Log) note(key string, body []byte, status int) {
	if name := path.Base(key); !strings.HasPrefix(name, "receiver_") || !strings.HasSuffix(name, ".json") {
		return // a part, the previous generation, the probe
	}
	l.all++
	var v version
	if err := json.Unmarshal(body, &v); err != nil || v.Component == "" {
		l.failed = append(l.failed, fmt.Sprintf("%s was written with %q", key, body))
		return
	}
	v.sealed = sealed(body)
	all := l.versions[v.Component]
	switch {
	case status == http.StatusOK:
		l.versions[v.Component] = append(all, v)
	case len(all) > 0 && v.Epoch < all[len(all)-1].Epoch:
		l.refused[v.Component]++
	}
}

// sealed checks a checkpoint as docs/checkpoints.md says: the last line has the
// SHA-256 of every byte before it.
func sealed(body []byte) bool {
	const tail = 68
	if len(body) < tail {
		return false
	}
	sum := sha256.Sum256(body[:len(body)-tail])
	return bytes.Contains(body[len(body)-tail:], []byte(hex.EncodeToString(sum[:])))
}

// epoch is the newest epoch of a component, and how many takeovers there were.
func (l *s3Log) epoch(component string) (epoch uint64, takeovers int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	writer := ""
	for i, v := range l.versions[component] {
		if i > 0 && v.Writer.ID != writer {
			takeovers++
		}
		epoch, writer = v.Epoch, v.Writer.ID
	}
	return epoch, takeovers
}

// problems says what is wrong with the history: each version of a checkpoint
// must follow the one before by one generation, an epoch has one writer, and a
// writer that was replaced never comes back. Who has only taken over, and written
// nothing since, may not have heard that it did, so it may try again.
func (l *s3Log) problems() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := append([]string(nil), l.failed...)
	for component, all := range l.versions {
		found = append(found, breaks(component, all)...)
	}
	return found
}

func breaks(component string, all []version) (found []string) {
	held := map[string]bool{} // by writer
	var last version
	for i, v := range all {
		broken := func(what string) {
			found = append(found, fmt.Sprintf("%s, version %d: %s: epoch %d generation %d writer %s after epoch %d generation %d writer %s",
				component, i, what, v.Epoch, v.Generation, v.Writer.ID, last.Epoch, last.Generation, last.Writer.ID))
		}
		switch {
		case !v.sealed:
			broken("the checksum is wrong")
		case v.Generation != last.Generation+1:
			broken("a generation is missing or was overwritten")
		case v.Epoch == last.Epoch && v.Writer.ID != last.Writer.ID:
			broken("two writers have one epoch")
		case v.Epoch != last.Epoch && v.Epoch != last.Epoch+1:
			broken("the epoch does not follow")
		case v.Writer.ID != last.Writer.ID && held[v.Writer.ID]:
			broken("a writer has come back")
		}
		held[v.Writer.ID], last = held[v.Writer.ID] || v.Epoch == last.Epoch, v
	}
	return found
}

// TestBrokenHistoriesAreFound proves that the judge can say no.
func TestBrokenHistoriesAreFound(t *testing.T) {
	t.Parallel()
	v := func(epoch, generation uint64, writer string) version {
		return version{Epoch: epoch, Generation: generation, Writer: struct{ ID string }{writer}, sealed: true}
	}
	for name, tc := range map[string]struct {
		all  []version
		want string
	}{
		"a chain is fine":                               {[]version{v(1, 1, "a"), v(1, 2, "a"), v(2, 3, "b"), v(3, 4, "c")}, ""},
		"an old epoch wrote over a newer one":           {[]version{v(1, 1, "a"), v(2, 2, "b"), v(1, 3, "a")}, "does not follow"},
		"the same state was written over":               {[]version{v(1, 1, "a"), v(2, 2, "b"), v(2, 2, "b")}, "overwritten"},
		"a generation was skipped":                      {[]version{v(1, 1, "a"), v(1, 3, "a")}, "missing"},
		"two replicas took the same epoch":              {[]version{v(1, 1, "a"), v(1, 2, "b")}, "two writers"},
		"the one that was fenced came back":             {[]version{v(1, 1, "a"), v(1, 2, "a"), v(2, 3, "b"), v(3, 4, "a")}, "come back"},
		"a takeover that nobody heard of is made again": {[]version{v(1, 1, "a"), v(2, 2, "b"), v(3, 3, "a")}, ""},
		"a version was torn":                            {[]version{{Epoch: 1, Generation: 1}}, "checksum"},
		"the first version is not generation 1":         {[]version{v(1, 5, "a")}, "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := strings.Join(breaks("receiver/x", tc.all), "\n")
			if tc.want == "" {
				require.Empty(t, found)
				return
			}
			require.Contains(t, found, tc.want)
		})
	}
}
