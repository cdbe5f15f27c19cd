// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/metadata"
	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

func TestTheFactoryMakesAnExtensionThatStartsAndStops(t *testing.T) {
	sim := s3sim.New(testBucket)
	f := NewFactory(WithAWSConfig(simAWS(sim.Client())))
	ext, err := f.Create(t.Context(), extensiontest.NewNopSettings(metadata.Type), simConfig())
	require.NoError(t, err)
	require.NoError(t, ext.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, ext.Shutdown(t.Context()))
	_, err = f.Create(t.Context(), extensiontest.NewNopSettings(metadata.Type), struct{}{})
	require.Error(t, err)
}

func TestAStartThatCanNotWorkSaysWhy(t *testing.T) {
	base := simAWS(s3sim.New().Client())
	for name, tc := range map[string]struct {
		cfg  *Config
		want string
	}{
		"no bucket": {simConfig(func(c *Config) { c.Bucket = "" }), "`bucket`"},
		"no region": {simConfig(func(c *Config) { c.Endpoint = "" }), "`region` is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			ext, err := newExtension(tc.cfg, extensiontest.NewNopSettings(metadata.Type), &base)
			require.NoError(t, err)
			require.ErrorContains(t, ext.Start(t.Context(), componenttest.NewNopHost()), tc.want)
			_, err = ext.GetClient(t.Context(), component.KindReceiver, okta, "")
			require.ErrorIs(t, err, errNotStarted)
			_, err = ext.Inspect(t.Context(), component.KindReceiver, okta, "")
			require.ErrorIs(t, err, errNotStarted)
			require.NoError(t, ext.Shutdown(t.Context()))
		})
	}
}

func TestTheQueuesOfExportersAreRefusedWithTheReason(t *testing.T) {
	r := newReplica(t, s3sim.New(testBucket))
	_, err := r.GetClient(t.Context(), component.KindExporter, component.MustNewID("otlp"), "")
	require.ErrorContains(t, err, "acknowledged before it is sent")
	require.ErrorContains(t, err, "allow_exporters")
	allowed := newReplica(t, s3sim.New(testBucket), func(c *Config) { c.AllowExporters = true })
	set(t, allowed.clientOf(t, component.KindExporter, component.MustNewID("otlp"), ""), "ri", "1")
}

// F54: in one process a checkpoint has one client at a time, and the next one
// sees the last Set.
func TestASecondClientWaitsUntilTheFirstIsClosed(t *testing.T) {
	sim := s3sim.New(testBucket)
	r := newReplica(t, sim)
	c := r.client(t)
	set(t, c, "k", "one")
	_, err := r.GetClient(t.Context(), component.KindReceiver, okta, "")
	require.ErrorContains(t, err, "in use in this process")
	other := r.clientOf(t, component.KindReceiver, okta, "other")
	assert.Empty(t, get(t, other, "k"))
	require.NoError(t, c.Close(t.Context()))
	again := r.client(t)
	assert.Equal(t, "one", get(t, again, "k"))
	assert.EqualValues(t, 2, again.Epoch())
	require.ErrorIs(t, c.Set(t.Context(), "k", []byte("two")), ErrClosed)
}

func TestGetClientDoesNotTalkToS3(t *testing.T) {
	sim := s3sim.New(testBucket)
	r := newReplica(t, sim)
	before := len(sim.Requests())
	c := r.client(t)
	require.NoError(t, c.Close(t.Context()))
	assert.Len(t, sim.Requests(), before)
}

func TestShutdownClosesWhatWasLeftOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		r := newReplica(t, sim, withLease(ttl))
		c := r.client(t)
		set(t, c, "k", "one")
		require.NoError(t, r.Shutdown(t.Context()))
		require.ErrorIs(t, c.Set(t.Context(), "k", []byte("two")), ErrClosed)
		assert.True(t, stored(t, sim, mainKey).Lease.Released)
	})
}

func TestEveryRequestCarriesTheSettingsOfTheBucket(t *testing.T) {
	sim := s3sim.New(testBucket)
	r := newReplica(t, sim, func(c *Config) {
		c.SSE, c.KMSKeyID, c.ExpectedBucketOwner = "aws:kms", "alias/audit", s3sim.Owner
	})
	set(t, r.client(t), "seen.1", chunk("1"))
	for _, req := range sim.Requests() {
		assert.Equal(t, s3sim.Owner, req.Header.Get("x-amz-expected-bucket-owner"), req.Key)
		assert.Contains(t, req.Header.Get("Authorization"), "AWS4-HMAC-SHA256", "signed, or If-Match is not honoured")
		if req.Method == http.MethodPut {
			assert.Equal(t, "aws:kms", req.Header.Get("x-amz-server-side-encryption"))
			assert.Equal(t, "alias/audit", req.Header.Get("x-amz-server-side-encryption-aws-kms-key-id"))
			assert.Empty(t, req.Header.Get("x-amz-sdk-checksum-algorithm"), "compatible servers refuse it")
		}
	}
	wrong := newReplica(t, sim, func(c *Config) { c.ExpectedBucketOwner = "000000000000" })
	_, err := wrong.client(t).Get(t.Context(), "k")
	require.ErrorContains(t, err, "AccessDenied")
}

func TestInspectReadsWithoutTakingOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		holder := newReplica(t, sim, withLease(ttl), func(c *Config) { c.PreviousEvery = 1 })
		reader := newReplica(t, sim)
		look := func() (*Snapshot, error) {
			return reader.Inspect(t.Context(), component.KindReceiver, okta, "")
		}
		s, err := look()
		require.NoError(t, err)
		assert.False(t, s.Exists)
		c := holder.client(t)
		set(t, c, "state", `{"cursor":"a"}`)
		set(t, c, "seen.1", chunk("1"))
		s, err = look()
		require.NoError(t, err)
		assert.True(t, s.Exists)
		assert.True(t, s.Leased)
		assert.Equal(t, ttl, s.TTL)
		assert.Equal(t, map[string][]byte{"state": []byte(`{"cursor":"a"}`)}, s.Data)
		assert.Equal(t, map[string]int64{"seen.1": int64(len(chunk("1")))}, s.Parts)
		assert.Equal(t, "s3://audit/"+mainKey, s.Object)
		set(t, c, "state", `{"cursor":"b"}`)

		sim.SetObject(testBucket, mainKey, []byte("x"))
		s, err = look()
		require.NoError(t, err)
		require.ErrorIs(t, s.Recovered, ErrCorrupt)
		sim.SetObject(testBucket, prevKey, []byte("x"))
		_, err = look()
		require.ErrorIs(t, err, ErrCorrupt)
		sim.Inject(s3sim.Fault{Effect: s3sim.Deny})
		_, err = look()
		require.ErrorContains(t, err, "AccessDenied")
	})
}
