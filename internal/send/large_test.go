// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newRoom(limit int64) *room {
	return &room{shared: &LargeBodies{}, own: &tenant{}, plausible: func(string) error { return nil }, wait: func(enter func() error) error { return enter() }, limit: limit}
}

// taken tells how many places are.
func (l *LargeBodies) taken() (busy int) {
	l.change(func() { busy = l.busy })
	return busy
}

// counted is an endless body that tells how many bytes were taken from it.
type counted struct {
	mu sync.Mutex
	n  int64
}

func (c *counted) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += int64(len(p))
	return len(p), nil
}

func (c *counted) taken() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

func TestOneBodyAtATimeIsLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &LargeBodies{}
		require.NoError(t, shared.enter(t.Context(), false)) // somebody has a large one
		body := &counted{}
		c := newClient(t, Settings{Large: shared, Timeout: 2 * time.Minute}, func(*http.Request) (*http.Response, error) {
			r := reply(200, "")
			r.Body, r.ContentLength = io.NopCloser(body), -1
			return r, nil
		})
		done, req := make(chan error), get(t, vendor)
		go func() {
			_, err := c.Do(t.Context(), req)
			done <- err
		}()
		// The wait is ours: it counts neither as a pause of the vendor nor as its
		// slowness.
		time.Sleep(90 * time.Second)
		synctest.Wait()
		assert.Equal(t, int64(FreeBody), body.taken(), "it waits where it would get large")
		shared.leave()
		err := <-done
		assert.ErrorIs(t, err, errTooLarge)
		assert.Equal(t, int64(DefaultMaxPageBytes+1), body.taken())
		assert.Zero(t, shared.taken(), "the slot is free again")
	})
}

func TestALargePageKeepsItsPlaceUntilItIsDoneOrForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &LargeBodies{}
		answer := `{"error":` + strings.Repeat(" ", FreeBody) + `"no"}`
		c := newClient(t, Settings{Large: shared, Errors: []Rule{{Status: []int{202}, Path: "error"}}}, func(req *http.Request) (*http.Response, error) {
			status := 200
			if strings.HasSuffix(req.URL.Path, "/refused") {
				status = 202
			}
			return reply(status, answer), nil
		})
		ask := func() *Response {
			got, err := c.Do(t.Context(), get(t, vendor))
			require.NoError(t, err)
			assert.Equal(t, 1, shared.taken())
			return got
		}
		first := ask()
		first.Done()
		first.Done()
		assert.Zero(t, shared.taken(), "once is enough")
		second := ask()
		time.Sleep(holdFor + time.Second)
		assert.Zero(t, shared.taken(), "a pipeline that takes nothing must not stop the others")
		second.Done()
		assert.Zero(t, shared.taken())
		_, err := c.Do(t.Context(), get(t, vendor+"/refused"))
		require.Error(t, err)
		assert.Zero(t, shared.taken(), "an error keeps nothing")
	})
}

func TestASourceReadsItsNextLargePageWhileOneIsDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &LargeBodies{}
		large := func(*http.Request) (*http.Response, error) { return reply(200, strings.Repeat("x", FreeBody+1)), nil }
		here, there := newClient(t, Settings{Large: shared}, large), newClient(t, Settings{Large: shared}, large)
		ask := func(c *Client) chan *Response {
			got, req := make(chan *Response, 1), get(t, vendor)
			go func() {
				r, err := c.Do(t.Context(), req)
				assert.NoError(t, err)
				got <- r
			}()
			synctest.Wait()
			return got
		}
		began := time.Now()
		first, second := <-ask(here), <-ask(here)
		other := ask(there)
		third := ask(here)
		assert.Empty(t, third, "not ahead of one who waits")
		first.Done()
		synctest.Wait()
		assert.Empty(t, other)
		second.Done()
		(<-other).Done()
		(<-third).Done()
		assert.Zero(t, time.Since(began), "nobody waited for a place to run out")
		assert.Zero(t, shared.taken())
	})
}

func TestWaitForALargeBodyEndsWithTheExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &LargeBodies{}
		require.NoError(t, shared.enter(t.Context(), false))
		c := newClient(t, Settings{Large: shared, Timeout: time.Minute}, func(*http.Request) (*http.Response, error) {
			r := reply(200, "")
			r.Body, r.ContentLength = io.NopCloser(&counted{}), -1
			return r, nil
		})
		_, err := c.Do(t.Context(), get(t, vendor))
		assert.ErrorIs(t, requireClass(t, err, ClassRetry), errTimeout)
		assert.Equal(t, 1, shared.taken(), "it gives back only what it has")
		assert.Empty(t, shared.waiting)
	})
}

func TestSmallBodiesDoNotWait(t *testing.T) {
	shared := &LargeBodies{}
	require.NoError(t, shared.enter(t.Context(), false))
	want := strings.Repeat("x", FreeBody-1)
	for _, length := range []int64{-1, int64(len(want))} {
		c := newClient(t, Settings{Large: shared}, func(*http.Request) (*http.Response, error) {
			r := reply(200, want)
			r.ContentLength = length
			return r, nil
		})
		got, err := c.Do(t.Context(), get(t, vendor))
		require.NoError(t, err)
		assert.Len(t, got.Body, len(want))
	}
}

// TestLargeBodiesArriveWhole: the buffer of a body that failed is used again, and
// never one that is part of a page.
func TestLargeBodiesArriveWhole(t *testing.T) {
	shared, own := &LargeBodies{}, &tenant{}
	page := func(fill string, end error) (string, error) {
		m := newRoom(8 << 20)
		m.shared, m.own = shared, own
		body := io.Reader(strings.NewReader(strings.Repeat(fill, 6<<20)))
		if end != nil {
			body = io.MultiReader(body, readerFunc(func([]byte) (int, error) { return 0, end }))
		}
		return m.readAll(context.Background(), body, 0, func(int64) error { return nil })
	}
	a, err := page("a", nil)
	require.NoError(t, err)
	_, err = page("b", errors.New("reset"))
	require.Error(t, err)
	c, err := page("c", nil)
	require.NoError(t, err)
	_, err = page("d", errors.New("reset"))
	require.Error(t, err)
	assert.Equal(t, strings.Repeat("a", 6<<20), a)
	assert.Equal(t, strings.Repeat("c", 6<<20), c)
}

func TestImplausibleBodiesDoNotGetLarge(t *testing.T) {
	body := &counted{}
	c := newClient(t, Settings{Plausible: func(start string) error {
		assert.Len(t, start, FreeBody)
		return errors.New("it is no JSON")
	}}, func(*http.Request) (*http.Response, error) {
		r := reply(200, "")
		r.Body, r.ContentLength = io.NopCloser(body), -1
		return r, nil
	})
	_, err := c.Do(t.Context(), get(t, vendor))
	assert.ErrorContains(t, requireClass(t, err, ClassData), "it is no JSON")
	assert.Equal(t, int64(FreeBody), body.taken())
}

func TestLargeBodiesGrowWithTheSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &LargeBodies{}
		var order []int
		ask := func(n int) {
			go func() {
				if l.enter(t.Context(), false) == nil {
					order = append(order, n)
				}
			}()
			synctest.Wait()
		}
		for range 3 {
			l.Join()
		}
		for n := range 4 {
			ask(n)
		}
		assert.Equal(t, []int{0}, order, "three sources have one")
		leave := l.Join()
		synctest.Wait()
		assert.Equal(t, []int{0, 1}, order, "the fourth source brings another")
		leave()
		l.leave()
		synctest.Wait()
		assert.Equal(t, []int{0, 1}, order, "one left, but there are too many")
		l.leave()
		synctest.Wait()
		assert.Equal(t, []int{0, 1, 2}, order, "in order")
		l.leave()
		l.leave()
		synctest.Wait()
		assert.Equal(t, 0, l.taken())
		assert.Equal(t, []int{0, 1, 2, 3}, order)
	})
}
