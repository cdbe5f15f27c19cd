// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // vendors' schemes demand it; HMAC-SHA1 is not broken
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

type hmacAuth struct {
	cfg HMACConfig
	key *secret
}

func newHMAC(cfg HMACConfig, s Settings) (Authorizer, error) {
	cfg = cfg.withDefaults()
	headers := make(map[string]string, len(cfg.Headers))
	var pairs []string
	for name, value := range s.Params {
		pairs = append(pairs, "{params."+name+"}", value)
	}
	known := strings.NewReplacer(pairs...) // in one pass: a value brings in no other
	var err error
	fill := func(key, text string) string {
		text = known.Replace(text)
		if strings.Contains(text, "{params.") {
			err = fmt.Errorf("`credentials::hmac::%s` has a {params.x} that is not in `params`", key)
		}
		return text
	}
	for name, text := range cfg.Headers {
		headers[name] = fill("headers::"+name, text)
	}
	cfg.Headers, cfg.Message, cfg.KeyID = headers, fill("message", cfg.Message), fill("key_id", cfg.KeyID)
	if err != nil {
		return nil, err
	}
	return &hmacAuth{cfg: cfg, key: newSecret("hmac::key", cfg.Key, cfg.KeyFile)}, nil
}

// Authorize signs the request as it is now: it must be the last change to it.
func (h *hmacAuth) Authorize(_ context.Context, req *http.Request) error {
	key, err := h.keyBytes()
	if err != nil {
		return err
	}
	if h.cfg.Scheme == schemeDuo {
		return h.duo(req, key)
	}
	values, err := h.values(req)
	if err != nil {
		return err
	}
	message := strings.NewReplacer(values...).Replace(h.cfg.Message)
	sum := h.sum(key, message)
	signature := hex.EncodeToString(sum)
	if h.cfg.Encoding == "base64" {
		signature = base64.StdEncoding.EncodeToString(sum)
	}
	fill := strings.NewReplacer(append(values, "{signature}", signature)...)
	for name, text := range h.cfg.Headers {
		value := fill.Replace(text)
		if strings.ContainsAny(value, "\r\n\x00") {
			return refused(fmt.Errorf("`credentials::hmac::headers::%s`: would have a line break", name))
		}
		req.Header.Set(name, value)
	}
	return nil
}

// duo is the scheme of Duo's Admin API: basic authentication with the signature
// of five lines as password.
func (h *hmacAuth) duo(req *http.Request, key []byte) error {
	params := req.URL.RawQuery
	if req.Method != http.MethodGet {
		body, err := readBody(req)
		if err != nil {
			return err
		}
		params = string(body)
	}
	date := time.Now().UTC().Format(time.RFC1123Z)
	message := strings.Join([]string{date, req.Method, strings.ToLower(req.URL.Host), pathOf(req), sortedQuery(params)}, "\n")
	req.Header.Set("Date", date)
	req.SetBasicAuth(h.cfg.KeyID, hex.EncodeToString(h.sum(key, message)))
	return nil
}

func (h *hmacAuth) keyBytes() ([]byte, error) {
	text, err := h.key.get()
	if err != nil {
		return nil, err
	}
	var key []byte
	switch h.cfg.KeyEncoding {
	case "base64":
		key, err = base64.StdEncoding.DecodeString(text)
	case "hex":
		key, err = hex.DecodeString(text)
	default:
		key = []byte(text)
	}
	if err != nil {
		return nil, refused(fmt.Errorf("`%s`: is not %s", h.key.key, h.cfg.KeyEncoding))
	}
	return key, nil
}

func (h *hmacAuth) sum(key []byte, message string) []byte {
	algorithms := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}
	mac := hmac.New(algorithms[h.cfg.Algorithm], key)
	mac.Write([]byte(message))
	return mac.Sum(nil)
}

// values are the placeholders of one request, as pairs for a Replacer. It works
// in one pass, so a value can't bring in another placeholder.
func (h *hmacAuth) values(req *http.Request) ([]string, error) {
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return nil, retry("making a nonce", errors.New("no random numbers"))
	}
	now := time.Now().UTC()
	layout := h.cfg.DateFormat
	if layout == "" {
		layout = http.TimeFormat
	}
	return []string{
		"{method}", req.Method, "{host}", strings.ToLower(req.URL.Host), "{path}", pathOf(req),
		"{query}", req.URL.RawQuery, "{sorted_query}", sortedQuery(req.URL.RawQuery),
		"{body}", string(body), "{body_sha256}", hex.EncodeToString(sum[:]),
		"{date}", now.Format(layout), "{timestamp}", strconv.FormatInt(now.Unix(), 10), "{timestamp_ms}", strconv.FormatInt(now.UnixMilli(), 10),
		"{nonce}", hex.EncodeToString(nonce), "{key_id}", h.cfg.KeyID,
	}, nil
}

func (h *hmacAuth) Refresh(context.Context) (bool, error) { return h.key.reload() }

func (h *hmacAuth) Secrets() []string { return h.key.texts() }

func pathOf(req *http.Request) string {
	if path := req.URL.EscapedPath(); path != "" {
		return path
	}
	return "/"
}

// sortedQuery is the normal form of OAuth 1.0 (RFC 5849, section 3.4.1.3.2).
func sortedQuery(raw string) string {
	values, _ := url.ParseQuery(raw) // what can't be read isn't signed, and is refused then
	encoded := make(map[string][]string, len(values))
	for name, list := range values {
		for _, v := range list {
			encoded[strict(name)] = append(encoded[strict(name)], strict(v))
		}
	}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(encoded)) {
		for _, v := range slices.Sorted(slices.Values(encoded[name])) {
			pairs = append(pairs, name+"="+v)
		}
	}
	return strings.Join(pairs, "&")
}

// strict encodes by RFC 3986, where a space is %20.
func strict(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
