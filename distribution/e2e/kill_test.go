// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

var (
	kills    = flag.Int("kills", 3, "how often TestKill kills the Collector, with each storage")
	storages = flag.String("storage", "file,s3", "the storages that TestKill tests: file, s3 or both")
	killSeed = flag.Uint64("seed", 0, "seed of TestKill; 0 = chosen by the time")
)

// What a kill can repeat of a source: the pages that wait for their checkpoint
// (limits::max_uncommitted_pages), and one that the sink has but that the source
// does not know to be there.
const (
	killPage        = 20
	killUncommitted = 4
	killBound       = (killUncommitted + 1) * killPage
)

// TestKill kills the Collector at random moments while vendors serve, with
// faults, and the sink refuses now and then. After the last restart all that the
// vendors have has arrived; a kill repeats no more than the pages in flight.
func TestKill(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	for storage := range strings.SplitSeq(*storages, ",") {
		t.Run(storage, func(t *testing.T) {
			t.Logf("again: go test ./e2e -run '^TestKill$' -args -kills=%d -storage=%s -seed=%d", *kills, storage, seed)
			w := newKillWorld(t, storage, seed)
			for i := range *kills {
				w.killOnce(i + 1)
			}
			w.finish()
		})
	}
}

// killWorld is everything around the Collector that is killed.
type killWorld struct {
	t     *testing.T
	dice  *rand.Rand
	crowd *crowd
	sink  *moodySink
	env   []string
	log   *output
	table [][]any
	worst int
}

func newKillWorld(t *testing.T, storage string, seed uint64) *killWorld {
	t.Helper()
	w := &killWorld{t: t, dice: rand.New(rand.NewPCG(seed, 1)), log: &output{}}
	w.crowd = startCrowd(t, seed, vendorsim.VendorOptions{
		MaxPage: killPage,
		Log:     vendorsim.LogConfig{Rate: 120, Backlog: 300, BacklogSpan: 20 * time.Minute, Ties: 3},
	})
	w.sink = startMoodySink(t, rand.New(rand.NewPCG(seed, 2)))
	w.env = []string{"KILL_VENDORS=" + w.crowd.url, "KILL_SINK=" + w.sink.url, "KILL_STATE=" + t.TempDir(), "KILL_STORAGE=file_storage"}
	if storage == "s3" {
		w.env = append(append(w.env, startS3(t).env...), "KILL_STORAGE=s3checkpoint")
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("otelcol-audit, all lives:\n%s", w.log)
		}
	})
	return w
}

func (w *killWorld) start() *rig.Process {
	w.t.Helper()
	_, _ = fmt.Fprintf(w.log, "--- start %d\n", len(w.table)+1)
	p, err := rig.Start(w.t.Context(), rig.Program{
		Path: collectorBin, Args: []string{"--config", filepath.Join("testdata", "kill.yaml"), "--config", quiet, "--config", "yaml:service::telemetry::logs::level: warn"},
		Env: w.env, Stderr: w.log,
	})
	require.NoError(w.t, err)
	return p
}

// killOnce lets the Collector live for a while: sometimes too short to be up,
// mostly long enough to have some hundred pages behind it.
func (w *killWorld) killOnce(i int) {
	w.t.Helper()
	p := w.start()
	life := time.NewTimer(time.Duration(w.dice.Int64N(int64(1500 * time.Millisecond))))
	defer life.Stop()
	select {
	case <-p.Done():
	case <-life.C:
	}
	ended, err := p.Ended()
	p.Kill()
	require.False(w.t, ended, "life %d has ended by itself: %v", i, err)
	w.account(fmt.Sprintf("killed %d", i))
}

// account adds a line to the table and checks what this life has repeated: it
// follows from the kill before.
func (w *killWorld) account(what string) {
	w.t.Helper()
	events, refused := w.sink.count()
	all := 0
	for source, n := range w.sink.newRepeats() {
		all += n
		w.worst = max(w.worst, n)
		assert.LessOrEqual(w.t, n, killBound, "%s after the kill before %q", source, what)
	}
	w.table = append(w.table, []any{what, events, all, refused})
}

// finish stops the vendors' clock, lets the Collector catch up and compares.
func (w *killWorld) finish() {
	w.t.Helper()
	p := w.start()
	defer p.Kill()
	w.crowd.freeze()
	ended := func() bool { ended, _ := p.Ended(); return ended }
	assert.Eventually(w.t, func() bool { return ended() || len(w.crowd.missing(w.sink)) == 0 }, patience, 100*time.Millisecond)
	assert.NoError(w.t, p.Stop(30*time.Second))
	w.account("the end")
	if missing := w.crowd.missing(w.sink); !assert.Empty(w.t, missing, "events have not arrived, by vendor") {
		w.crowd.explain(w.t, w.sink, missing)
	}
	w.print()
}

func (w *killWorld) print() {
	tw := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(tw, "life\tevents so far\trepeated in this life\tsink refused so far\t")
	for i, row := range w.table {
		if len(w.table) > 25 && i > 2 && i < len(w.table)-3 {
			continue // the first and the last tell enough
		}
		_, _ = fmt.Fprintf(tw, "%v\t%v\t%v\t%v\t\n", row...)
	}
	_ = tw.Flush()
	events, _ := w.sink.count()
	_, _ = fmt.Fprintf(os.Stdout, "%d SIGKILLs, %d events; vendors with events missing: %d; most repeats of a source after a kill: %d (bound: %d)\n\n",
		*kills, events, len(w.crowd.missing(w.sink)), w.worst, killBound)
}
