// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// s3Server is a real S3 server over a folder.
type s3Server struct {
	dir string
	env []string
	url string
}

// startS3 starts the S3 server with one bucket, audit.
func startS3(t *testing.T) *s3Server {
	t.Helper()
	bin := os.Getenv("VERSITYGW_BIN")
	if bin == "" && os.Getenv("CI") == "" {
		t.Skip("VERSITYGW_BIN is not set; make test sets it")
	}
	require.NotEmpty(t, bin, "CI needs VERSITYGW_BIN")
	address, log := freeAddress(t), &output{}
	s := &s3Server{dir: t.TempDir(), url: "http://" + address}
	require.NoError(t, os.Mkdir(filepath.Join(s.dir, "audit"), 0o700))
	server, err := rig.Start(t.Context(), rig.Program{
		Path: bin, Args: []string{"--port", address, "posix", s.dir}, Stdout: log, Stderr: log,
		Env: []string{"ROOT_ACCESS_KEY=audit-key", "ROOT_SECRET_KEY=audit-secret"},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		server.Kill()
		if t.Failed() {
			t.Logf("versitygw:\n%s", log)
		}
	})
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, patience, tick)
	s.env = []string{
		"AWS_ACCESS_KEY_ID=audit-key", "AWS_SECRET_ACCESS_KEY=audit-secret", "AWS_REGION=us-east-1",
		"S3_BUCKET=audit", "S3_ENDPOINT=" + s.url, "S3_PATH_STYLE=true",
	}
	return s
}

// objects lists the keys of the bucket.
func (s *s3Server) objects(t *testing.T) []string {
	t.Helper()
	var keys []string
	root := filepath.Join(s.dir, "audit")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		key, err := filepath.Rel(root, path)
		if matched, _ := filepath.Match(".sgwtmp/*", filepath.Dir(key)+"/"); !matched && key[0] != '.' {
			keys = append(keys, key)
		}
		return err
	})
	assert.NoError(t, err)
	return keys
}

// records reads all objects.
func (s *s3Server) records(t *testing.T) func() []rig.Record {
	return func() []rig.Record {
		var records []rig.Record
		for _, key := range s.objects(t) {
			f, err := os.Open(filepath.Join(s.dir, "audit", key))
			require.NoError(t, err)
			unzip, err := gzip.NewReader(f)
			require.NoError(t, err)
			data, err := io.ReadAll(unzip)
			require.NoError(t, err)
			require.NoError(t, f.Close())
			more, err := rig.ParseOTLP(data)
			require.NoError(t, err)
			records = append(records, more...)
		}
		return records
	}
}

var partitioned = regexp.MustCompile(
	`^okta/year=\d{4}/month=\d\d/day=\d\d/hour=\d\d/logs_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\.json\.gz$`)

func TestS3GetsEachEventOnce(t *testing.T) {
	t.Parallel()
	s3 := startS3(t)
	okta, got := deliverOkta(t, "s3.yaml", s3.env, s3.records(t))
	okta.assertExact(t, got, time.Nanosecond)
	for _, key := range s3.objects(t) {
		assert.Regexp(t, partitioned, key)
	}
}
