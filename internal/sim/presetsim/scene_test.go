// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presetsim

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/presets"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

const presetsDir = "../../../presets"

// answer is one HTTP response.
type answer struct {
	status int
	header http.Header
	body   string
}

// scene is a preset with its fixtures.
type scene struct {
	presets.Preset
	dir string
	// pages are one walk; empty, expired and limited are the other answers.
	pages                   []answer
	empty, expired, limited *answer
	// items are the answers to further requests, by their number.
	items []answer
}

// openScene reads a preset's fixtures; without them a preset is not finished.
func openScene(t *testing.T, name string) *scene {
	t.Helper()
	p, err := presets.Get(name)
	require.NoError(t, err)
	s := &scene{Preset: p, dir: filepath.Join(presetsDir, name)}
	for i := 1; ; i++ {
		page := s.fixture(t, fmt.Sprintf("page-%d", i))
		if page == nil {
			break
		}
		s.pages = append(s.pages, *page)
	}
	for i := 1; ; i++ {
		item := s.fixture(t, fmt.Sprintf("item-%d", i))
		if item == nil {
			break
		}
		s.items = append(s.items, *item)
	}
	s.empty, s.expired, s.limited = s.fixture(t, "empty"), s.fixture(t, "expired"), s.fixture(t, "limited")
	require.NotEmpty(t, s.pages, "presets/%s/fixtures has no page-1", name)
	require.NotNil(t, s.empty, "presets/%s/fixtures has no empty", name)
	if s.limited == nil {
		s.limited = &answer{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {"7"}}, body: "{}"}
	}
	if s.expired == nil {
		s.expired = &answer{status: http.StatusGone, header: http.Header{}, body: "{}"}
	}
	return s
}

// fixture reads NAME[.STATUS].EXT and NAME.headers; nil if there is none.
func (s *scene) fixture(t *testing.T, name string) *answer {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "fixtures", name+".*"))
	require.NoError(t, err)
	var a *answer
	header := http.Header{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		parts := strings.Split(filepath.Base(file), ".")
		if parts[1] == "headers" {
			lines, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(data, '\n')))).ReadMIMEHeader()
			require.NoError(t, err, file)
			header = http.Header(lines)
			continue
		}
		require.Nil(t, a, "%s: twice", file)
		a = &answer{status: http.StatusOK, body: string(data)}
		if len(parts) == 3 {
			a.status, err = strconv.Atoi(parts[1])
			require.NoError(t, err, file)
		}
	}
	if a != nil {
		a.header = header
	}
	return a
}

var envName = regexp.MustCompile(`\$\{env:([A-Z0-9_]+)\}`)

// config is what the preset's page tells the user to write, with the examples as
// values, and with the scripted vendor in the place of the network.
func (s *scene) config(t *testing.T) *restauditreceiver.Config {
	t.Helper()
	text := s.Minimal()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw), text)
	delete(raw, "storage")
	substitute(raw)
	raw["middlewares"] = []any{map[string]any{"id": vendorID.String()}}
	cfg := restauditreceiver.NewFactory().CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(raw).Unmarshal(cfg), text)
	require.NoError(t, confmap.Validate(cfg), text)
	return cfg.(*restauditreceiver.Config)
}

// substitute puts values in the place of environment variables.
func substitute(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = substitute(v[k])
		}
		return v
	case []any:
		for i := range v {
			v[i] = substitute(v[i])
		}
		return v
	case string:
		return envName.ReplaceAllStringFunc(v, func(match string) string {
			name := envName.FindStringSubmatch(match)[1]
			switch {
			case strings.Contains(name, "SERVICE_ACCOUNT"):
				return serviceAccount()
			case strings.Contains(name, "PRIVATE_KEY"):
				return privateKey()
			default:
				return secretOf(name)
			}
		})
	default:
		return v
	}
}

// secretOf is the value of an environment variable. It is base64 and hex at once.
func secretOf(name string) string {
	return fmt.Sprintf("5ec%x", name) + strings.Repeat("0", (4-(3+2*len(name))%4)%4)
}

// privateKey is a key for signing assertions, made once as that takes a while.
var privateKey = sync.OnceValue(func() string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
})

// serviceAccount is what Google gives for a service account.
func serviceAccount() string {
	account, err := json.Marshal(map[string]string{
		"type": "service_account", "private_key_id": "k1", "private_key": privateKey(), "client_email": "audit@acme.example",
	})
	if err != nil {
		return ""
	}
	return string(account)
}

// vendorID names the extension that stands for the network.
var vendorID = component.MustNewID("vendor")
