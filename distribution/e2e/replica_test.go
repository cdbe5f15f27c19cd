// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// replica is one of two Collectors that share their checkpoints. It is used by
// one goroutine at a time.
type replica struct {
	t               *testing.T
	name            string
	dice            *rand.Rand
	args, env       []string
	health, metrics string // URLs

	process *rig.Process
	lives   []*diary
	done    map[string]int // what was done to it, by word
}

func newReplica(t *testing.T, name string, dice *rand.Rand, env []string, configs ...string) *replica {
	t.Helper()
	health, metrics := lastingAddress(t), lastingAddress(t)
	_, port, err := net.SplitHostPort(metrics)
	require.NoError(t, err)
	r := &replica{t: t, name: name, dice: dice, done: map[string]int{}, health: "http://" + health + "/status?verbose", metrics: "http://" + metrics + "/metrics"}
	r.env = append(env[:len(env):len(env)], "REPLICA_HEALTH="+health, "REPLICA_METRICS="+port)
	for _, config := range append([]string{filepath.Join("testdata", "kill.yaml"), filepath.Join("testdata", "standby.yaml")}, configs...) {
		r.args = append(r.args, "--config", config)
	}
	t.Cleanup(func() {
		if r.process != nil {
			r.process.Kill()
		}
		if t.Failed() {
			for i, life := range r.lives {
				t.Logf("replica %s, life %d:\n%s", r.name, i+1, life)
			}
		}
	})
	return r
}

// lastingAddress is an address on the loopback interface that is still free when
// a replica starts again: the system gives its port to no outgoing connection.
func lastingAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", fmt.Sprint("127.0.0.1:", 20000+rand.IntN(10000)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	require.Fail(t, "no port is free")
	return ""
}

func (r *replica) start() {
	life := newDiary()
	p, err := rig.Start(r.t.Context(), rig.Program{Path: collectorBin, Args: r.args, Env: r.env, Stderr: life})
	if !assert.NoError(r.t, err) {
		return
	}
	r.process, r.lives = p, append(r.lives, life)
}

// life is the diary of the present life.
func (r *replica) life() *diary { return r.lives[len(r.lives)-1] }

// live lets the replica go through a rough time until ctx ends: it is paused,
// killed or shut down, and started again. Somebody who watches its status
// restarts it when all its sources were fenced.
func (r *replica) live(ctx context.Context, ttl time.Duration) {
	r.start()
	for r.wait(ctx, ttl/4, 2*ttl) {
		if ended, err := r.process.Ended(); !assert.False(r.t, ended, "replica %s has ended by itself: %v", r.name, err) {
			return
		}
		took, _, fenced := r.life().counts()
		switch roll := r.dice.IntN(100); {
		case took > 0 && took == fenced:
			r.did("restarted after it was fenced")
			r.stop()
			r.start()
		case roll < 50:
			r.did("SIGSTOP")
			r.process.Pause()
			r.wait(ctx, 0, 3*ttl)
			r.process.Resume()
		case roll < 85 || !r.life().isReady():
			r.did("SIGKILL")
			r.process.Kill()
			r.wait(ctx, 0, ttl)
			r.start()
		default:
			r.did("SIGTERM")
			r.stop()
			r.wait(ctx, 0, ttl)
			r.start()
		}
	}
}

func (r *replica) did(what string) { r.done[what]++ }

func (r *replica) stop() { assert.NoError(r.t, r.process.Stop(patience), "replica %s", r.name) }

// wait waits for a random time, and tells whether ctx goes on.
func (r *replica) wait(ctx context.Context, least, most time.Duration) bool {
	timer := time.NewTimer(least + time.Duration(r.dice.Int64N(int64(most-least))))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// ask gets what the replica serves; "" if it does not.
func (r *replica) ask(url string) string {
	ctx, cancel := context.WithTimeout(r.t.Context(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	require.NoError(r.t, err)
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return ""
	}
	return string(body)
}

// metric finds the value of a metric of one checkpoint in what was served; "" if
// it is not there.
func metric(served, name, checkpoint string) string {
	labelled := fmt.Sprintf("otelcol_s3checkpoint_%s{checkpoint=%q", name, checkpoint)
	for line := range strings.Lines(served) {
		if strings.HasPrefix(line, labelled) {
			return strings.TrimSpace(line[strings.LastIndexByte(line, ' '):])
		}
	}
	return ""
}
