// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// fence starts both replicas anew, pauses the one that holds all checkpoints
// until the other has taken them over, and wakes it. It must say that it is
// fenced, by status and metric, and leave it at that.
func (w *standbyWorld) fence(lease bool) {
	w.t.Helper()
	old, young := w.replicas[0], w.replicas[1]
	old.process.Kill()
	young.process.Kill()
	all := len(crowdVendors)
	old.start()
	w.eventually("the first replica holds all", func() bool { took, _, _ := old.life().counts(); return took == all })
	if lease {
		young.start()
		w.eventually("the second replica stands by", func() bool { _, stands, _ := young.life().counts(); return stands == all })
		took, _, _ := young.life().counts()
		assert.Zero(w.t, took, "a standby takes over while the holder renews")
		old.process.Pause()
	} else {
		old.process.Pause()
		young.start()
	}
	w.eventually("the second replica holds all", func() bool { took, _, _ := young.life().counts(); return took == all })
	old.process.Resume()
	w.eventually("the first replica says that it is fenced", func() bool { return w.saysFenced(old) })
	before := w.epochs()
	still := time.NewTimer(2 * standbyTTL)
	defer still.Stop()
	<-still.C
	assert.True(w.t, w.saysFenced(old), "it goes on saying so")
	assert.Equal(w.t, before, w.epochs(), "nobody takes over any more")
	for _, name := range checkpoints() {
		assert.Equal(w.t, "1", metric(young.ask(young.metrics), "held", name), name)
	}
	w.readPlainly()
}

// readPlainly reads the checkpoints of the running replica as an operator does.
func (w *standbyWorld) readPlainly() {
	w.t.Helper()
	jq, err := exec.LookPath("jq")
	if err != nil {
		w.t.Log("jq is not installed: the objects are not read with it")
		return
	}
	for _, vendor := range crowdVendors {
		object := filepath.Join(w.s3.dir, "audit", "receiver_restaudit_"+vendor+".json")
		out, err := exec.CommandContext(w.t.Context(), jq, "-r", ".data.state.last_timestamp", object).Output()
		if !assert.NoError(w.t, err, object) {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(out)))
		assert.NoError(w.t, err, object)
		assert.WithinDuration(w.t, time.Now(), at, 2*patience, object)
	}
}

// saysFenced tells whether a replica says of all its checkpoints that it was
// fenced, once.
func (w *standbyWorld) saysFenced(r *replica) bool {
	served := r.ask(r.metrics)
	for _, name := range checkpoints() {
		if metric(served, "fenced", name) != "1" || metric(served, "held", name) != "0" {
			return false
		}
	}
	status := gjson.Parse(r.ask(r.health))
	text := status.Raw
	return strings.Contains(text, "StatusRecoverableError") && strings.Contains(text, "another holder took this checkpoint over")
}

func (w *standbyWorld) epochs() (all []uint64) {
	for _, name := range checkpoints() {
		epoch, _ := w.log.epoch(name)
		all = append(all, epoch)
	}
	return all
}

func (w *standbyWorld) eventually(what string, ok func() bool) {
	w.t.Helper()
	require.Eventually(w.t, ok, patience, 50*time.Millisecond, what)
}
