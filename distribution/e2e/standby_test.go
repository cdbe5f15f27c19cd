// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

var (
	standbyTime = flag.Duration("standby", 12*time.Second, "how long TestStandby pauses and kills two replicas")
	standbySeed = flag.Uint64("standby-seed", 0, "seed of TestStandby; 0 = chosen by the time")
)

// standbyTTL is how long a standby waits for a holder that does not renew.
const standbyTTL = 2 * time.Second

// TestStandby lets two replicas share one bucket while both are stopped, woken
// and killed at random. Afterwards nothing is lost, a takeover has repeated one
// page of a source at most, and no write of an old epoch is in the history of
// the bucket.
func TestStandby(t *testing.T) {
	t.Parallel()
	seed := *standbySeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	for name, lease := range map[string]string{
		"lease":   fmt.Sprintf("yaml:extensions::s3checkpoint::lease::ttl: %v", standbyTTL),
		"fencing": "", // who starts takes over
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Logf("again: go test ./e2e -run '^TestStandby$/^%s$' -args -standby=%v -standby-seed=%d", name, *standbyTime, seed)
			w := newStandbyWorld(t, seed, lease)
			w.rough(*standbyTime)
			w.fence(lease != "")
			w.finish(name)
		})
	}
}

// standbyWorld is everything around the two replicas.
type standbyWorld struct {
	t        *testing.T
	crowd    *crowd
	sink     *moodySink
	s3       *s3Server
	log      *s3Log
	replicas [2]*replica
}

func newStandbyWorld(t *testing.T, seed uint64, lease string) *standbyWorld {
	t.Helper()
	dice := func(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }
	w := &standbyWorld{t: t}
	w.crowd = startCrowd(t, seed, vendorsim.VendorOptions{
		MaxPage: killPage,
		Log:     vendorsim.LogConfig{Rate: 15, Backlog: 300, BacklogSpan: 20 * time.Minute, Ties: 3},
	})
	w.sink = startMoodySink(t, dice(2))
	w.s3 = startS3(t)
	w.log = startS3Log(t, w.s3.url, dice(3))
	env := append(w.s3.env[:len(w.s3.env):len(w.s3.env)], "S3_ENDPOINT="+w.log.url,
		"KILL_VENDORS="+w.crowd.url, "KILL_SINK="+w.sink.url, "KILL_STATE="+t.TempDir(), "KILL_STORAGE=s3checkpoint")
	var configs []string
	if lease != "" {
		configs = append(configs, lease)
	}
	for i, name := range []string{"A", "B"} {
		w.replicas[i] = newReplica(t, name, dice(uint64(10+i)), env, configs...)
	}
	return w
}

// rough is the time in which the replicas are disturbed.
func (w *standbyWorld) rough(d time.Duration) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), d)
	defer cancel()
	var both sync.WaitGroup
	for _, r := range w.replicas {
		both.Go(func() { r.live(ctx, standbyTTL) })
	}
	both.Wait()
	if w.t.Failed() {
		w.t.FailNow() // without its replicas the rest would only wait
	}
}

// checkpoints are the names of the sources' checkpoints.
func checkpoints() []string {
	var names []string
	for _, vendor := range crowdVendors {
		names = append(names, "receiver/restaudit/"+vendor)
	}
	return names
}

// finish stops the vendors' clock, lets the replica that is left catch up, and
// judges.
func (w *standbyWorld) finish(name string) {
	w.t.Helper()
	w.crowd.freeze()
	assert.Eventually(w.t, func() bool { return len(w.crowd.missing(w.sink)) == 0 }, patience, 200*time.Millisecond)
	for _, r := range w.replicas {
		r.stop()
		for i, life := range r.lives {
			assert.Empty(w.t, life.flaps(), "replica %s, life %d", r.name, i+1)
		}
	}
	missing := w.crowd.missing(w.sink)
	if !assert.Empty(w.t, missing, "events have not arrived, by vendor") {
		w.crowd.explain(w.t, w.sink, missing)
	}
	assert.Empty(w.t, w.log.problems(), "the history of the bucket")
	repeats := w.sink.newRepeats()
	for _, vendor := range crowdVendors {
		_, takeovers := w.log.epoch("receiver/restaudit/" + vendor)
		assert.Positive(w.t, takeovers, vendor)
		assert.LessOrEqual(w.t, repeats["restaudit/"+vendor], takeovers*killPage, "%s: repeats of %d takeovers with pages of %d", vendor, takeovers, killPage)
	}
	w.print(name, repeats)
}

// print writes down what happened.
func (w *standbyWorld) print(name string, repeats map[string]int) {
	var text strings.Builder
	_, _ = fmt.Fprintf(&text, "%s: two replicas for %v\n", name, *standbyTime)
	tw := tabwriter.NewWriter(&text, 0, 0, 3, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(tw, "source\ttakeovers\trepeats\tbound\tversions\twrites of old epochs refused\t")
	for _, vendor := range crowdVendors {
		component := "receiver/restaudit/" + vendor
		_, takeovers := w.log.epoch(component)
		_, _ = fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t%d\t%d\t\n", vendor, takeovers, repeats["restaudit/"+vendor], takeovers*killPage,
			len(w.log.versions[component]), w.log.refused[component])
	}
	_ = tw.Flush()
	for _, r := range w.replicas {
		var parts []string
		for what, times := range r.done {
			parts = append(parts, fmt.Sprintf("%s %d", what, times))
		}
		slices.Sort(parts)
		_, _ = fmt.Fprintf(&text, "replica %s: %s\n", r.name, strings.Join(parts, ", "))
	}
	events, refused := w.sink.count()
	_, _ = fmt.Fprintf(&text, "%d events, none missing in %d of %d vendors; sink refused %d times, %d of %d writes lost their answer\n\n",
		events, len(crowdVendors)-len(w.crowd.missing(w.sink)), len(crowdVendors), refused, w.log.lost, w.log.all)
	_, _ = os.Stdout.WriteString(text.String())
}
