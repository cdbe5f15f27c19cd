// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"bytes"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

func decodeBody(t testing.TB, body []byte) *document.Document {
	t.Helper()
	doc, err := document.Decode(body)
	require.NoError(t, err)
	return doc
}

// lived gives a store in which KEY holds "newest" and KEY.prev "previous".
func lived(t *testing.T) *s3sim.Server {
	t.Helper()
	sim := s3sim.New(testBucket)
	c := newReplica(t, sim, func(c *Config) { c.PreviousEvery = 1 }).client(t)
	set(t, c, "k", "previous")
	set(t, c, "k", "newest")
	require.Equal(t, []byte("newest"), stored(t, sim, mainKey).Data["k"].Bytes)
	require.Equal(t, []byte("previous"), stored(t, sim, prevKey).Data["k"].Bytes)
	return sim
}

// F46: whatever happens to the bytes, the state is the newest, the previous
// one, or an error. It is never empty and never something else.
func TestEveryFlippedByteAndEveryTruncationFallsBackToThePreviousGeneration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := lived(t)
		whole, _ := sim.Object(testBucket, mainKey)
		previous, _ := sim.Object(testBucket, prevKey)
		check := func(name string, i int, damaged []byte) {
			sim := s3sim.New(testBucket)
			sim.SetObject(testBucket, mainKey, damaged)
			sim.SetObject(testBucket, prevKey, previous)
			r := newReplica(t, sim)
			require.Equal(t, "previous", get(t, r.client(t), "k"), "%s %d", name, i)
			require.EqualValues(t, 1, r.sum(t, "otelcol_s3checkpoint_recoveries"))
			require.NotEmpty(t, r.logs.FilterLevelExact(zap.ErrorLevel).All(), "it says so loudly")
			require.Greater(t, stored(t, sim, mainKey).Epoch, decodeBody(t, whole).Epoch)
		}
		for i := range whole {
			damaged := bytes.Clone(whole)
			damaged[i] ^= 1 << (i % 8)
			check("flip", i, damaged)
			check("cut", i, whole[:i])
		}
	})
}

func TestNothingReadableIsAnErrorThatSaysHowToRecover(t *testing.T) {
	for name, damage := range map[string]func(*s3sim.Server){
		"both are damaged": func(s *s3sim.Server) {
			s.SetObject(testBucket, mainKey, []byte("x"))
			s.SetObject(testBucket, prevKey, []byte("y"))
		},
		"the newest is empty and the previous is gone": func(s *s3sim.Server) {
			s.SetObject(testBucket, mainKey, []byte{})
			s.SetObject(testBucket, prevKey, nil)
		},
		"the newest is gone and the previous is damaged": func(s *s3sim.Server) {
			s.SetObject(testBucket, mainKey, nil)
			s.SetObject(testBucket, prevKey, []byte("{}"))
		},
		"the newest is far too long": func(s *s3sim.Server) {
			s.SetObject(testBucket, mainKey, make([]byte, maxObject+1))
			s.SetObject(testBucket, prevKey, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := lived(t)
				damage(sim)
				before, _ := sim.Object(testBucket, mainKey)
				r := newReplica(t, sim)
				c := r.client(t)
				for range 2 {
					_, err := c.Get(t.Context(), "k")
					require.ErrorIs(t, err, ErrCorrupt)
					for _, part := range []string{"aws s3api copy-object", "--key '" + mainKey + "'", "aws s3 mv", "s3://audit/" + mainKey, "--endpoint-url http://localhost"} {
						assert.ErrorContains(t, err, part)
					}
				}
				require.ErrorIs(t, c.Set(t.Context(), "k", []byte("v")), ErrCorrupt)
				after, _ := sim.Object(testBucket, mainKey)
				assert.Equal(t, before, after, "nothing was overwritten")
				assert.Equal(t, componentstatus.StatusRecoverableError, r.host.last())
			})
		})
	}
}

// F45: only S3's own NoSuchKey is an empty state.
func TestOnlyNoSuchKeyIsAFirstStart(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"a proxy's page":         {404, "<html>not found</html>", ""},
		"no body":                {404, "", ""},
		"no such bucket":         {404, "<Error><Code>NoSuchBucket</Code></Error>", "check `bucket`"},
		"denied":                 {403, "<Error><Code>AccessDenied</Code></Error>", "s3:ListBucket"},
		"wrong region":           {301, "<Error><Code>PermanentRedirect</Code></Error>", "`region`"},
		"a server error":         {500, "<Error><Code>InternalError</Code></Error>", "gave up"},
		"slow down":              {503, "<Error><Code>SlowDown</Code></Error>", "gave up"},
		"half an error":          {404, "<Error><Code>NoSuchK", ""},
		"an error in a 200":      {200, "<Error><Code>NoSuchKey</Code></Error>", ""},
		"an empty 200":           {200, "", ""},
		"expired credentials":    {400, "<Error><Code>ExpiredToken</Code></Error>", "gave up"},
		"an odd request":         {400, "<Error><Code>InvalidRequest</Code></Error>", "checksums"},
		"a condition on a read":  {412, "<Error><Code>PreconditionFailed</Code></Error>", ""},
		"another missing object": {404, "<Error><Code>NoSuchVersion</Code></Error>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				c := newReplica(t, sim).client(t)
				sim.Inject(s3sim.Fault{Effect: s3sim.Answer, Method: http.MethodGet, Status: tc.status, Body: tc.body, Count: -1})
				_, err := c.Get(t.Context(), "k")
				require.ErrorContains(t, err, tc.want)
				_, exists := sim.Object(testBucket, mainKey)
				assert.False(t, exists, "nothing was made")
			})
		})
	}
}

func TestAFirstStartWithoutTheRightToListSaysWhatIsMissing(t *testing.T) {
	sim := s3sim.New(testBucket)
	sim.SetMode(s3sim.Mode{NoList: true})
	_, err := newReplica(t, sim).client(t).Get(t.Context(), "k")
	require.ErrorContains(t, err, "s3:ListBucket")
}

func TestANewerSchemaIsRefusedAndNotOverwritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := lived(t)
		whole, _ := sim.Object(testBucket, mainKey)
		newer := reseal(t, whole, `"min_reader": 1`, `"min_reader": 2`)
		sim.SetObject(testBucket, mainKey, newer)
		_, err := newReplica(t, sim).client(t).Get(t.Context(), "k")
		require.ErrorIs(t, err, ErrNewer, "the previous generation is not used: it would undo the newer one")
		after, _ := sim.Object(testBucket, mainKey)
		assert.Equal(t, newer, after)
	})
}

// reseal changes a stored object and gives it a fitting checksum.
func reseal(t testing.TB, text []byte, old, replacement string) []byte {
	t.Helper()
	require.Contains(t, string(text), old)
	body := bytes.Replace(text[:len(text)-68], []byte(old), []byte(replacement), 1)
	return append(append(body, hexSum(body)...), "\"\n}\n"...)
}

func TestNamesThatCollideDoNotShareAState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		set(t, newReplica(t, sim).clientOf(t, component.KindReceiver, component.MustNewIDWithName("restaudit", "a_b"), ""), "k", "v")
		_, err := newReplica(t, sim).clientOf(t, component.KindReceiver, component.MustNewIDWithName("restaudit", "a"), "b").Get(t.Context(), "k")
		require.ErrorContains(t, err, "belongs to receiver/restaudit/a_b")
	})
}

func TestADamagedReadIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := lived(t)
		sim.Inject(s3sim.Fault{Effect: s3sim.Answer, Method: http.MethodGet, Suffix: mainKey, Status: 200, Body: "{", Count: 2})
		_, err := newReplica(t, sim).client(t).Get(t.Context(), "k")
		require.Error(t, err, "an answer without an ETag is not an object")
		sim.Heal()
		sim.Inject(s3sim.Fault{Effect: s3sim.Torn, Method: http.MethodGet, Suffix: mainKey, Count: 2})
		r := newReplica(t, sim)
		assert.Equal(t, "newest", get(t, r.client(t), "k"))
		assert.Zero(t, r.sum(t, "otelcol_s3checkpoint_recoveries"))
	})
}
