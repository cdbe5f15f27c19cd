// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

func TestTheSDKDoesNotRetryByItself(t *testing.T) {
	sim := s3sim.New(testBucket)
	r := newReplica(t, sim)
	sim.Inject(s3sim.Fault{Effect: s3sim.SlowDown, Count: -1})
	before := len(sim.Requests())
	_, _, err := r.env.store.get(t.Context(), "k", 1)
	require.Error(t, err)
	_, err = r.env.store.put(t.Context(), "k", nil, condition{absent: true})
	require.Error(t, err)
	assert.Len(t, sim.Requests(), before+2)
}

func TestACustomEndpointTurnsTheSDKsChecksumsOff(t *testing.T) {
	var o s3.Options
	simConfig().s3Options(&o)
	assert.Equal(t, aws.RequestChecksumCalculationWhenRequired, o.RequestChecksumCalculation)
	assert.True(t, o.UsePathStyle)
	o = s3.Options{}
	(&Config{}).s3Options(&o)
	assert.Nil(t, o.BaseEndpoint)
	assert.NotEqual(t, aws.RequestChecksumCalculationWhenRequired, o.RequestChecksumCalculation)
	assert.False(t, o.UsePathStyle)
}

// TestNothingFollowsARedirectOfTheBucket: the SDK's own client would, with the
// session token and the checkpoint.
func TestNothingFollowsARedirectOfTheBucket(t *testing.T) {
	stolen := 0
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen++ }))
	t.Cleanup(evil.Close)
	asked := 0
	bucket := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, evil.URL+r.URL.Path, []int{307, 308}[asked%2])
	}))
	t.Cleanup(bucket.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKID")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_SESSION_TOKEN", "token")
	c := simConfig()
	c.Endpoint, c.Region = bucket.URL, "eu-west-1"
	cfg, err := awsConfig(t.Context(), c, nil)
	require.NoError(t, err)
	client := s3.NewFromConfig(cfg, c.s3Options)
	for range 2 {
		_, err = client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("b"), Key: aws.String("k"), Body: strings.NewReader("checkpoint")})
		require.Error(t, err)
		_, err = client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("k")})
		require.Error(t, err)
	}
	assert.Equal(t, 4, asked)
	assert.Zero(t, stolen)
}

// fakeSTS answers AssumeRole and remembers what was asked.
type fakeSTS struct{ asked url.Values }

func (s *fakeSTS) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.asked, err = url.ParseQuery(string(body))
	const answer = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
		<AccessKeyId>ROLEKEY</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
		<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
	return &http.Response{StatusCode: http.StatusOK, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer))}, err
}

func TestARoleIsAssumedWithItsExternalID(t *testing.T) {
	server := &fakeSTS{}
	base := simAWS(&http.Client{Transport: server})
	cfg, err := awsConfig(t.Context(), simConfig(func(c *Config) {
		c.RoleARN, c.ExternalID, c.Region = "arn:aws:iam::111122223333:role/audit", "ext", "eu-central-1"
	}), &base)
	require.NoError(t, err)
	got, err := cfg.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "ROLEKEY", got.AccessKeyID)
	assert.Equal(t, "arn:aws:iam::111122223333:role/audit", server.asked.Get("RoleArn"))
	assert.Equal(t, "ext", server.asked.Get("ExternalId"))
	assert.Equal(t, "otelcol-s3checkpoint", server.asked.Get("RoleSessionName"))
}

func TestTheDefaultChainIsUsed(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "FROMENV")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "s")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	cfg, err := awsConfig(t.Context(), &Config{}, nil)
	require.NoError(t, err)
	assert.Equal(t, "eu-west-1", cfg.Region)
	got, err := cfg.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "FROMENV", got.AccessKeyID)
	cfg, err = awsConfig(t.Context(), &Config{Region: "us-west-2"}, nil)
	require.NoError(t, err)
	assert.Equal(t, "us-west-2", cfg.Region)
}
