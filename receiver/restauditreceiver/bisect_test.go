// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
)

// poisoned refuses each batch that holds one of the uids for good.
func poisoned(poison ...string) func([]string, plog.Logs) error {
	return func(uids []string, _ plog.Logs) error {
		if slices.ContainsFunc(uids, func(uid string) bool { return slices.Contains(poison, uid) }) {
			return errPoison
		}
		return nil
	}
}

// without returns the uids that are not in the other list.
func without(uids, other []string) []string {
	return slices.DeleteFunc(slices.Clone(uids), func(uid string) bool { return slices.Contains(other, uid) })
}

func TestPoisonIsFoundWhereverItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := numbered(9)
		for _, poison := range [][]string{{"e000"}, {"e004"}, {"e008"}, {"e003", "e004"}, {"e000", "e008"}, {"e007", "e008"}, all[1:], all[:8]} {
			r := newRig(t, poisoned(poison...)).quarantining(15 * time.Minute)
			start := time.Now()
			assert.ElementsMatch(t, poison, r.deliver(t, all...))
			assert.ElementsMatch(t, without(all, poison), r.accepted, "each other record is delivered once")
			assert.GreaterOrEqual(t, time.Since(start), 15*time.Minute, "held first")
			assert.Less(t, time.Since(start), 17*time.Minute)
		}
	})
}

func TestPoisonIsSetAsideAtOnceIfSoConfigured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, poisoned("e002")).quarantining(0)
		start := time.Now()
		assert.Equal(t, []string{"e002"}, r.deliver(t, numbered(4)...))
		assert.Zero(t, time.Since(start))
	})
}

func TestSearchTakesFewCalls(t *testing.T) {
	r := newRig(t, poisoned("e777")).quarantining(0)
	r.deliver(t, numbered(1000)...)
	assert.LessOrEqual(t, len(r.calls), 1+2*10+1)
}

func TestDestinationThatRefusesEverythingMakesNoPoison(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		repaired := time.Now().Add(30 * time.Hour)
		r := newRig(t, nil).quarantining(15 * time.Minute)
		r.decide = func([]string, plog.Logs) error {
			if time.Now().Before(repaired) {
				return consumererror.NewPermanent(errors.New("401 Unauthorized"))
			}
			return nil
		}
		all := numbered(16)
		assert.Empty(t, r.deliver(t, all...))
		assert.Equal(t, all, r.accepted)
		assert.Empty(t, r.own, "no probe either")
		assert.Less(t, time.Since(repaired), time.Minute+time.Second)
	})
}

func TestDestinationThatStartsToRefuseEverythingDuringTheSearchMakesNoPoison(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := numbered(16)
		for after := range 12 {
			r := newRig(t, nil).quarantining(time.Hour)
			n, searchAt, repaired := 0, time.Now().Add(time.Hour), time.Now().Add(10*time.Hour)
			r.decide = func(uids []string, logs plog.Logs) error {
				if time.Now().After(searchAt) && time.Now().Before(repaired) {
					if n++; n > after {
						return consumererror.NewPermanent(errors.New("token expired"))
					}
				}
				return poisoned("e005")(uids, logs)
			}
			assert.Equal(t, []string{"e005"}, r.deliver(t, all...), "token expired after %d calls", after)
			assert.ElementsMatch(t, without(all, []string{"e005"}), r.accepted)
		}
	})
}

func TestLoneRecordIsPoisonOnlyIfAProbeIsAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		healthy := time.Now().Add(5 * time.Hour)
		r := newRig(t, nil).quarantining(15 * time.Minute)
		r.decide = func(uids []string, _ plog.Logs) error {
			if time.Now().Before(healthy) || uids[0] == "e000" {
				return errPoison
			}
			return nil
		}
		assert.Equal(t, []string{"e000"}, r.deliver(t, "e000"))
		assert.True(t, time.Now().After(healthy))
		assert.Equal(t, []string{eventProbe}, r.own)
		assert.Empty(t, r.accepted)
	})
}

func TestPageOfWhichOnlyPoisonIsLeftIsToldFromAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		r := newRig(t, nil).quarantining(15 * time.Minute)
		r.decide = func(uids []string, logs plog.Logs) error {
			if first {
				first = false
				return consumererror.NewLogs(errPoison, subset(logs, "e001", "e002"))
			}
			return poisoned("e001", "e002")(uids, logs)
		}
		assert.Equal(t, []string{"e001", "e002"}, r.deliver(t, numbered(4)...))
	})
}

func TestLoneRecordIsDeliveredWhenTheDestinationIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, refuse(300, errPoison)).quarantining(15 * time.Minute)
		assert.Empty(t, r.deliver(t, "a"))
		assert.Equal(t, []string{"a"}, r.accepted)
	})
}

func TestBusyPipelineIsWaitedForDuringTheSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		r := newRig(t, nil).quarantining(time.Minute)
		r.decide = func(uids []string, logs plog.Logs) error {
			if n++; n%3 != 0 {
				return errBusy
			}
			return poisoned("e001", "e006")(uids, logs)
		}
		all := numbered(8)
		assert.ElementsMatch(t, []string{"e001", "e006"}, r.deliver(t, all...))
		assert.ElementsMatch(t, without(all, []string{"e001", "e006"}), r.accepted)
	})
}

func TestSearchEndsWithTheContext(t *testing.T) {
	r := newRig(t, nil).quarantining(0)
	for after := range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		r.decide = func(uids []string, logs plog.Logs) error {
			if n++; n > after {
				cancel()
			}
			return poisoned("e003")(uids, logs)
		}
		_, err := r.Deliver(ctx, recordsOf(numbered(4)...), time.Now())
		require.ErrorIs(t, err, context.Canceled)
		cancel()
	}
}

// TestNothingIsLostOrRepeated is the sink's promise under a pipeline that does
// anything: whatever was not accepted is quarantined by name, and only poison is.
func TestNothingIsLostOrRepeated(t *testing.T) {
	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			all := numbered(1 + rng.IntN(20))
			poison := slices.DeleteFunc(slices.Clone(all), func(string) bool { return rng.IntN(10) > 0 })
			// Where all are poison, nothing tells them from an outage.
			if len(poison) == len(all) && len(all) > 1 {
				poison = nil
			}
			r := newRig(t, nil).quarantining(time.Duration(rng.IntN(3)) * time.Minute)
			r.decide = anything(rng, r, poison)
			quarantined := r.deliver(t, all...)
			assert.ElementsMatch(t, poison, quarantined, "seed %d", seed)
			assert.ElementsMatch(t, without(all, poison), r.accepted, "seed %d", seed)
		})
	}
}

// anything answers at random: busy, an outage that looks permanent, a part.
func anything(rng *rand.Rand, r *rig, poison []string) func([]string, plog.Logs) error {
	outage := time.Now()
	return func(uids []string, logs plog.Logs) error {
		if time.Now().Before(outage) {
			return consumererror.NewPermanent(errors.New("401"))
		}
		switch rng.IntN(8) {
		case 0:
			return errBusy
		case 1:
			outage = time.Now().Add(time.Duration(rng.IntN(300)) * time.Second)
			return errors.Join(errBusy, errPoison)
		case 2:
			if eventOf(logs) == eventProbe {
				return errBusy
			}
			refused := slices.DeleteFunc(slices.Clone(uids), func(uid string) bool {
				return !slices.Contains(poison, uid) && rng.IntN(2) == 0
			})
			if len(refused) == 0 {
				return nil
			}
			r.accepted = append(r.accepted, without(uids, refused)...)
			return consumererror.NewLogs(errBusy, subset(logs, refused...))
		}
		return poisoned(poison...)(uids, logs)
	}
}
