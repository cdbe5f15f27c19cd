// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sent(t testing.TB, a Authorizer) string {
	t.Helper()
	req := newRequest(t, "https://a.example/")
	require.NoError(t, a.Authorize(t.Context(), req))
	return req.Header.Get("Authorization")
}

func TestReplacedFileIsSeenAtOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "token")
	put := func(text string) {
		require.NoError(t, os.WriteFile(path+".new", []byte(text), 0o600))
		require.NoError(t, os.Rename(path+".new", path))
	}
	put("one")
	a := newAuthorizer(t, Config{BearerFile: path})
	assert.Equal(t, "Bearer one", sent(t, a))
	put("two") // same size, perhaps the same tick
	assert.Equal(t, "Bearer two", sent(t, a))
	assert.Equal(t, []string{"one", "two"}, a.Secrets(), "the old one may still be in flight")
}

func TestKubernetesSwapsADirectoryLink(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "..data")
	swap := func(version, text string) {
		require.NoError(t, os.Mkdir(filepath.Join(dir, version), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, version, "token"), []byte(text), 0o600))
		require.NoError(t, os.Symlink(version, link+"_tmp"))
		require.NoError(t, os.Rename(link+"_tmp", link))
	}
	swap("..v1", "one")
	require.NoError(t, os.Symlink("..data/token", filepath.Join(dir, "token")))
	a := newAuthorizer(t, Config{BearerFile: filepath.Join(dir, "token")})
	assert.Equal(t, "Bearer one", sent(t, a))
	swap("..v2", "two")
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "..v1")))
	assert.Equal(t, "Bearer two", sent(t, a))
}

func TestRefreshReadsTheFileAgain(t *testing.T) {
	path := writeFile(t, "one")
	stamp := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(path, stamp, stamp))
	a := newAuthorizer(t, Config{BearerFile: path})
	assert.Equal(t, "Bearer one", sent(t, a))

	// Rewritten in place with the same size and time: invisible to stat.
	require.NoError(t, os.WriteFile(path, []byte("two"), 0o600))
	require.NoError(t, os.Chtimes(path, stamp, stamp))
	changed, err := a.Refresh(t.Context())
	require.NoError(t, err)
	assert.True(t, changed)
	assert.Equal(t, "Bearer two", sent(t, a))
	changed, err = a.Refresh(t.Context())
	require.NoError(t, err)
	assert.False(t, changed)

	require.NoError(t, os.Remove(path))
	_, err = a.Refresh(t.Context())
	assert.ErrorContains(t, err, "`credentials::bearer_file`")
}

func TestTruncatedFileDoesNotEmptyTheSecret(t *testing.T) {
	path := writeFile(t, "one")
	a := newAuthorizer(t, Config{BearerFile: path})
	assert.Equal(t, "Bearer one", sent(t, a))
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	assert.Equal(t, "Bearer one", sent(t, a))
}

// replacements are the ways in which a secret's file is replaced: each returns
// the file and a function that puts another text there.
var replacements = map[string]func(t *testing.T, dir string) (path string, put func(version int64, text string)){
	"a rename": func(t *testing.T, dir string) (string, func(int64, string)) {
		path := filepath.Join(dir, "token")
		return path, func(_ int64, text string) {
			require.NoError(t, os.WriteFile(path+".new", []byte(text), 0o600))
			require.NoError(t, os.Rename(path+".new", path))
		}
	},
	"a swapped link of Kubernetes": func(t *testing.T, dir string) (string, func(int64, string)) {
		link, path := filepath.Join(dir, "..data"), filepath.Join(dir, "token")
		require.NoError(t, os.Symlink("..data/token", path))
		return path, func(version int64, text string) {
			name := fmt.Sprintf("..v%d", version)
			require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name, "token"), []byte(text), 0o600))
			require.NoError(t, os.Symlink(name, link+"_tmp"))
			require.NoError(t, os.Rename(link+"_tmp", link))
			if version >= 2 { // kubelet removes what nobody can be reading any more
				require.NoError(t, os.RemoveAll(filepath.Join(dir, fmt.Sprintf("..v%d", version-2))))
			}
		}
	},
}

// TestRotationUnderLoad rotates a thousand times while requests are made. A
// vendor takes the new token and the one before it, as vendors do.
func TestRotationUnderLoad(t *testing.T) {
	for name, replacement := range replacements {
		t.Run(name, func(t *testing.T) {
			path, put := replacement(t, t.TempDir())
			rotateUnderLoad(t, path, put)
		})
	}
}

func rotateUnderLoad(t *testing.T, path string, put func(int64, string)) {
	put(0, "token-0\n")
	a := newAuthorizer(t, Config{BearerFile: path})
	var current atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for ctx.Err() == nil {
				atLeast := current.Load()
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://a.example/", nil)
				if !assert.NoError(t, err) || !assert.NoError(t, a.Authorize(ctx, req)) {
					return
				}
				var got int64
				_, err = fmt.Sscanf(strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer "), "token-%d", &got)
				if !assert.NoError(t, err) || !assert.GreaterOrEqual(t, got, atLeast, "a token from before the rotation") {
					return
				}
			}
		})
	}
	for n := int64(1); n <= 1000; n++ {
		put(n, fmt.Sprintf("token-%d\n", n))
		current.Store(n)
	}
	cancel()
	wg.Wait()
}
