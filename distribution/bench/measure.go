// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

const (
	patience = 3 * time.Minute
	grace    = 30 * time.Second
)

// settings are what a case changes of collector.yaml: by the environment, and by
// arguments.
type settings struct{ env, args []string }

// runCollector runs otelcol-audit until its source has read all, and calls done
// at that moment.
func (b *bench) runCollector(ctx context.Context, set settings, url string, pages int, done func() error) (usage, error) {
	state, err := os.MkdirTemp(b.dir, "state-")
	if err != nil {
		return usage{}, fmt.Errorf("temporary folder: %w", err)
	}
	log := &watchedLog{wanted: pages * pageEvents, done: make(chan struct{})}
	p, err := rig.Start(ctx, rig.Program{
		Path: b.collectorBin, Args: append([]string{"--config", filepath.Join(b.dir, "collector.yaml")}, set.args...),
		Env: append([]string{"BENCH_DIR=" + state, "BENCH_URL=" + url}, set.env...), Stderr: log,
	})
	if err != nil {
		return usage{}, fmt.Errorf("%w (make distribution builds it)", err)
	}
	defer p.Kill()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-log.done:
		if err := done(); err != nil {
			return usage{}, err
		}
	case <-p.Done():
		return usage{}, fmt.Errorf("otelcol-audit has ended by itself:\n%s", log.text())
	case <-timer.C:
		return usage{}, fmt.Errorf("not done after %v:\n%s", patience, log.text())
	}
	if err := p.Stop(grace); err != nil {
		return usage{}, err
	}
	if got := log.events(); got != pages*pageEvents {
		return usage{}, fmt.Errorf("%d of %d events were fetched", got, pages*pageEvents)
	}
	cpu, peak := p.Usage()
	return usage{cpu: cpu, peak: peak}, nil
}

// measureLimitRaw runs this program's own limit-raw.
func (b *bench) measureLimitRaw(ctx context.Context, url string, pages int) (usage, error) {
	self, err := os.Executable()
	if err != nil {
		return usage{}, fmt.Errorf("limit-raw: %w", err)
	}
	var out bytes.Buffer
	p, err := rig.Start(ctx, rig.Program{Path: self, Args: []string{limitRawCommand, url}, Stdout: &out, Stderr: os.Stderr})
	if err != nil {
		return usage{}, err
	}
	<-p.Done()
	if got := out.String(); got != strconv.Itoa(pages*pageEvents) {
		return usage{}, fmt.Errorf("limit-raw has read %q of %d events", got, pages*pageEvents)
	}
	cpu, peak := p.Usage()
	return usage{cpu: cpu, peak: peak}, nil
}

// watchedLog is a Collector's log that tells when enough events are fetched.
type watchedLog struct {
	wanted int
	done   chan struct{}

	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *watchedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.count()
	n, err := l.buf.Write(p)
	if before < l.wanted && l.count() >= l.wanted {
		close(l.done)
	}
	return n, err
}

func (l *watchedLog) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// events is how many events were fetched, going by the log.
func (l *watchedLog) events() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count()
}

// fetched is what the receiver logs of a poll that brought something.
var fetched = regexp.MustCompile(`"events": (\d+), "caught_up"`)

func (l *watchedLog) count() int {
	sum := 0
	for _, m := range fetched.FindAllSubmatch(l.buf.Bytes(), -1) {
		n, _ := strconv.Atoi(string(m[1])) // digits only
		sum += n
	}
	return sum
}
