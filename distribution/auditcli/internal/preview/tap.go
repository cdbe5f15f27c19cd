// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/extensionmiddleware"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// Exchange is one request and its answer. No secret is in it.
type Exchange struct {
	// Request is method and URL.
	Request string
	Headers []Header
	Body    string
	// ForPage tells requests for events from those that fetch a token.
	ForPage bool
	// Status is 0 when no answer came.
	Status int
	// Bytes is the size of the answer, inflated.
	Bytes int
	// Records and LeftOut are the records of the answer, and those of them that
	// the filter leaves out; zero where the answer is none of records.
	Records int
	LeftOut []string
}

// Header is a header of a request.
type Header struct{ Name, Value string }

const (
	// pageMark is a header that the receiver puts on requests for pages, and on
	// no other. It does not leave this process.
	pageMark = "X-Restaudit-Preview"
	// maxBody bounds how much of an answer is kept.
	maxBody = 64 << 20
	// maxShown bounds how much of a request's body is shown.
	maxShown = 2000
)

// tap is an HTTP middleware that keeps what goes over it, and holds requests
// back once there were enough pages.
type tap struct {
	component.StartFunc
	component.ShutdownFunc
	cfg   *restauditreceiver.Config
	clean *redactor
	// pages is how many pages may be got. A source that expands its pages into
	// further requests is held back by what it delivers instead.
	pages  int
	expand bool
	// enough is closed when a request was held back.
	enough chan struct{}

	mu         sync.Mutex
	got        int
	deliveries int
	held       bool
	list       []*exchange
	// moved holds one token: a page was delivered.
	moved chan struct{}
}

// settling is how long a preview waits for pages that it has got and that do not
// come out, as they have nothing new in them.
const settling = 2 * time.Second

// exchange is one that may still go on.
type exchange struct {
	Exchange
	raw     bytes.Buffer
	gzipped bool
}

var _ extensionmiddleware.HTTPClient = (*tap)(nil)

func newTap(pages int, cfg *restauditreceiver.Config, clean *redactor) *tap {
	return &tap{cfg: cfg, clean: clean, pages: pages, expand: cfg.Expand != nil, enough: make(chan struct{}), moved: make(chan struct{}, 1)}
}

// GetHTTPRoundTripper implements extensionmiddleware.HTTPClient.
func (t *tap) GetHTTPRoundTripper(context.Context) (extensionmiddleware.WrapHTTPRoundTripperFunc, error) {
	return func(_ context.Context, next http.RoundTripper) (http.RoundTripper, error) {
		return roundTripper(func(req *http.Request) (*http.Response, error) { return t.roundTrip(next, req) }), nil
	}, nil
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func (t *tap) roundTrip(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	forPage := req.Header.Get(pageMark) != ""
	if forPage && t.hold() {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	req = req.Clone(req.Context())
	req.Header.Del(pageMark)
	x, err := t.record(req, forPage)
	if err != nil {
		return nil, err
	}
	resp, err := next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	x.Status, x.gzipped = resp.StatusCode, resp.Header.Get("Content-Encoding") == "gzip"
	if forPage && !t.expand && resp.StatusCode < http.StatusMultipleChoices {
		t.got++
	}
	resp.Body = &tee{ReadCloser: resp.Body, tap: t, to: x}
	return resp, nil
}

// hold tells whether a request has to wait for ever, as there were enough.
func (t *tap) hold() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.got < t.pages {
		return false
	}
	if !t.held {
		t.held = true
		close(t.enough)
	}
	return true
}

// delivered is told that the receiver has delivered a page.
func (t *tap) delivered() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.deliveries++
	if t.expand {
		t.got++
	}
	select {
	case t.moved <- struct{}{}:
	default:
	}
}

// settle waits until the pages that were got have come out of the receiver. It
// asks for the next page while it delivers the last one, and a stop at that
// moment would lose it.
func (t *tap) settle(ctx context.Context) {
	due := 0
	for _, x := range t.exchanges() {
		if x.Records > len(x.LeftOut) {
			due++
		}
	}
	timer := time.NewTimer(settling)
	defer timer.Stop()
	for {
		t.mu.Lock()
		over := t.expand || t.deliveries >= due
		t.mu.Unlock()
		if over {
			return
		}
		select {
		case <-t.moved:
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// record notes the request.
func (t *tap) record(req *http.Request, forPage bool) (*exchange, error) {
	t.clean.learn(req)
	x := &exchange{Exchange: Exchange{Request: t.clean.request(req), ForPage: forPage, Headers: t.clean.headers(req.Header)}}
	if req.Body != nil && req.Body != http.NoBody {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		_ = req.Body.Close()
		req.Body = io.NopCloser(bytes.NewReader(body))
		x.Body = "***"
		if forPage {
			x.Body = t.clean.text(string(body[:min(len(body), maxShown)]))
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, x)
	return x, nil
}

// exchanges is what went over the tap. No answer is being read any more.
func (t *tap) exchanges() []Exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Exchange, 0, len(t.list))
	for _, x := range t.list {
		body := x.inflated()
		x.Bytes = len(body)
		if x.ForPage && x.Status >= 200 && x.Status < 300 {
			// An answer that can't be read is one of the source's own complaints.
			x.Records, x.LeftOut, _ = t.cfg.Judge(body)
		}
		all = append(all, x.Exchange)
	}
	return all
}

func (x *exchange) inflated() string {
	if !x.gzipped {
		return x.raw.String()
	}
	in, err := gzip.NewReader(bytes.NewReader(x.raw.Bytes()))
	if err != nil {
		return ""
	}
	body, _ := io.ReadAll(io.LimitReader(in, maxBody)) // what could be read
	return string(body)
}

// tee keeps what is read from a body.
type tee struct {
	io.ReadCloser
	tap *tap
	to  *exchange
}

// Read implements io.Reader.
func (b *tee) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.tap.mu.Lock()
	defer b.tap.mu.Unlock()
	b.to.raw.Write(p[:min(n, max(0, maxBody-b.to.raw.Len()))])
	return n, err
}
