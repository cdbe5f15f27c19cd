// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

// chunk is a binary value that is too large for the object itself.
func chunk(mark string) string { return strings.Repeat("\x00"+mark, 4<<10) }

// parts gives the keys of the parts in the bucket.
func parts(sim *s3sim.Server) (keys []string) {
	for _, key := range sim.Keys(testBucket) {
		if strings.Contains(key, partsSuffix) {
			keys = append(keys, key)
		}
	}
	return keys
}

func TestLargeValuesLieBesideTheObject(t *testing.T) {
	sim := s3sim.New(testBucket)
	c := newReplica(t, sim).client(t)
	require.NoError(t, c.Batch(t.Context(),
		storage.SetOperation("state", []byte(`{"last_timestamp":"2025"}`)),
		storage.SetOperation("seen.1", []byte(chunk("1"))),
		storage.SetOperation("seen.2", []byte("small")),
		storage.SetOperation("long", []byte(`"`+strings.Repeat("x", 8<<10)+`"`)),
	))
	data := stored(t, sim, mainKey).Data
	require.NotNil(t, data["seen.1"].Blob)
	assert.Nil(t, data["seen.2"].Blob)
	assert.Nil(t, data["long"].Blob, "JSON stays readable")
	keys := parts(sim)
	require.Len(t, keys, 1)
	assert.Equal(t, mainKey+partsSuffix+hexSum([]byte(chunk("1")))[:32]+"-2", keys[0])
	assert.Equal(t, chunk("1"), get(t, c, "seen.1"))

	puts := sim.Count(http.MethodPut, "")
	set(t, c, "seen.1", chunk("1"))
	assert.Equal(t, puts, sim.Count(http.MethodPut, ""), "an equal value is not written again")
	set(t, c, "state", `{"last_timestamp":"2026"}`)
	assert.Equal(t, puts+1, sim.Count(http.MethodPut, ""), "a part is written once")
	assert.Equal(t, chunk("1"), get(t, newReplica(t, sim).client(t), "seen.1"))
}

func TestAPartIsWrittenBeforeTheObjectThatRefersToIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim, quickly(time.Nanosecond)).client(t)
		set(t, c, "k", "one")
		sim.Inject(s3sim.Fault{Effect: s3sim.ResetBefore, Method: http.MethodPut, Suffix: ".json"})
		require.Error(t, c.Set(t.Context(), "seen.1", []byte(chunk("1"))))
		assert.Len(t, parts(sim), 1, "a part that nobody refers to")
		again := newReplica(t, sim).client(t)
		assert.Empty(t, get(t, again, "seen.1"))
		assert.Equal(t, "one", get(t, again, "k"))
	})
}

func TestADamagedPartIsAnError(t *testing.T) {
	for name, damage := range map[string][]byte{
		"flipped": []byte(chunk("2")), "cut": []byte("x"), "empty": {}, "longer": []byte(chunk("1") + "x"), "gone": nil,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				c := newReplica(t, sim).client(t)
				set(t, c, "seen.1", chunk("1"))
				set(t, c, "k", "one")
				sim.SetObject(testBucket, parts(sim)[0], damage)
				next := newReplica(t, sim).client(t)
				value, err := next.Get(t.Context(), "seen.1")
				require.ErrorIs(t, err, ErrCorrupt)
				assert.Nil(t, value)
				assert.Equal(t, "one", get(t, next, "k"), "the rest can be used")
				set(t, next, "seen.1", chunk("3"))
				assert.Equal(t, chunk("3"), get(t, next, "seen.1"), "and written anew")
			})
		})
	}
}

func TestEveryFaultWhileAPartIsWrittenIsMended(t *testing.T) {
	for _, effect := range []s3sim.Effect{
		s3sim.ResetBefore, s3sim.ResetAfter, s3sim.ErrorAfter, s3sim.SlowDown, s3sim.Conflict, s3sim.Torn, s3sim.Hang, s3sim.HangAfter, s3sim.Late,
	} {
		t.Run(fmt.Sprint(effect), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				c := newReplica(t, sim).client(t)
				set(t, c, "k", "one")
				sim.Inject(s3sim.Fault{Effect: effect, Method: http.MethodPut, Delay: time.Minute})
				set(t, c, "seen.1", chunk("1"))
				<-time.After(time.Hour)
				assert.Equal(t, chunk("1"), get(t, newReplica(t, sim).client(t), "seen.1"))
			})
		})
	}
}

func TestCleanupDeletesOnlyWhatNoGenerationNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim, func(c *Config) { c.Cleanup, c.PreviousEvery = true, 2 }).client(t)
		for i := range 40 {
			set(t, c, "seen.1", chunk(fmt.Sprint(i)))
			// Both generations can be read whole at every moment.
			for _, key := range []string{mainKey, prevKey} {
				if _, ok := sim.Object(testBucket, key); !ok {
					continue
				}
				for _, name := range partNames(stored(t, sim, key).Data) {
					_, ok := sim.Object(testBucket, mainKey+partsSuffix+name)
					require.True(t, ok, "%s needs %s", key, name)
				}
			}
		}
		assert.LessOrEqual(t, len(parts(sim)), 5)
		assert.Equal(t, chunk("39"), get(t, newReplica(t, sim).client(t), "seen.1"))
	})
}

func TestWithoutCleanupNothingIsDeleted(t *testing.T) {
	sim := s3sim.New(testBucket)
	c := newReplica(t, sim).client(t)
	for i := range 5 {
		set(t, c, "seen.1", chunk(fmt.Sprint(i)))
	}
	require.NoError(t, c.Delete(t.Context(), "seen.1"))
	assert.Len(t, parts(sim), 5)
	assert.Zero(t, sim.Count(http.MethodDelete, ""))
}

func TestCleanupThatFailsFailsNoWrite(t *testing.T) {
	for name, f := range map[string]s3sim.Fault{
		"denied": {Effect: s3sim.Deny}, "unreachable": {Effect: s3sim.ResetBefore}, "missing": {Effect: s3sim.Answer, Status: 404, Body: "<Error><Code>NoSuchKey</Code></Error>"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				c := newReplica(t, sim, func(c *Config) { c.Cleanup, c.PreviousEvery = true, 1 }).client(t)
				f.Method, f.Count = http.MethodDelete, -1
				sim.Inject(f)
				for i := range 6 {
					set(t, c, "seen.1", chunk(fmt.Sprint(i)))
				}
				sim.Heal()
				set(t, c, "k", "one")
				if name == "unreachable" {
					assert.LessOrEqual(t, len(parts(sim)), 4, "what is left is deleted later")
				}
			})
		})
	}
}

func TestAReadOfAPartIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim).client(t)
		set(t, c, "seen.1", chunk("1"))
		sim.Inject(s3sim.Fault{Effect: s3sim.Torn, Method: http.MethodGet, Count: 2})
		assert.Equal(t, chunk("1"), get(t, c, "seen.1"))
		sim.Inject(s3sim.Fault{Effect: s3sim.Hang, Method: http.MethodGet, Count: -1})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Get(ctx, "seen.1")
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}
