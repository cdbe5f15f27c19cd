// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"crypto/md5" //nolint:gosec // RFC 7616 still has it, and vendors use it
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/config/configopaque"

	"github.com/restaudit/otelcol-audit/internal/send"
)

// DigestConfig is HTTP digest authentication (RFC 7616).
type DigestConfig struct {
	Username     string              `mapstructure:"username,omitempty"`
	Password     configopaque.String `mapstructure:"password,omitempty"`
	PasswordFile string              `mapstructure:"password_file,omitempty"`

	_ struct{}
}

func (c *DigestConfig) check() error {
	if c.Username == "" {
		return fmt.Errorf("::username` %w", errNoValue)
	}
	return oneOf(c.Password, c.PasswordFile, "::password")
}

// digest answers challenges. The vendor's nonce is kept and counted; it is asked
// for anew, by a request without credentials, at first and after a 401.
type digest struct {
	cfg      DigestConfig
	password *secret
	settings Settings

	// mu guards everything declared below.
	mu      sync.Mutex
	clients map[string]*send.Client // by origin
	current *challenge              // nil: none yet
	asked   time.Time               // when current came
	count   uint32                  // uses of its nonce
}

func newDigest(cfg DigestConfig, s Settings) *digest {
	return &digest{
		cfg: cfg, settings: s, clients: map[string]*send.Client{},
		password: newSecret("digest::password", cfg.Password, cfg.PasswordFile),
	}
}

func (d *digest) Authorize(ctx context.Context, req *http.Request) error {
	password, err := d.password.get()
	if err != nil {
		return err
	}
	c, count, err := d.challenge(ctx, req)
	if err != nil || c == nil {
		return err
	}
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return retry("making a nonce", errors.New("no random numbers"))
	}
	req.Header.Set("Authorization", c.answer(d.cfg.Username, password, req.Method, req.URL.RequestURI(), hex.EncodeToString(nonce), count))
	return nil
}

// challenge returns the current challenge and the count of its use; nil if the
// vendor asks for no credentials.
func (d *digest) challenge(ctx context.Context, req *http.Request) (*challenge, uint32, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.current == nil {
		c, err := d.ask(ctx, req)
		if err != nil || c == nil {
			return nil, 0, err
		}
		d.current, d.asked, d.count = c, time.Now(), 0
	}
	d.count++
	return d.current, d.count, nil
}

// ask sends the request without credentials and body, to be refused.
func (d *digest) ask(ctx context.Context, req *http.Request) (*challenge, error) {
	origin := req.URL.Scheme + "://" + req.URL.Host
	client := d.clients[origin]
	if client == nil {
		var err error
		client, err = send.NewClient(d.settings.HTTP, send.Settings{
			Endpoint: req.URL, AllowHTTP: d.settings.AllowHTTP, MaxPageBytes: maxTokenBytes, Timeout: tokenTimeout,
			Secrets: d.settings.known(d.Secrets),
		})
		if err != nil {
			return nil, refused(err)
		}
		d.clients[origin] = client
	}
	// Not a clone: that would carry the other headers of the source along.
	probe := &http.Request{Method: req.Method, URL: req.URL, Host: req.URL.Host, Header: http.Header{"User-Agent": req.Header["User-Agent"]}}
	_, err := client.Do(ctx, probe)
	e, ok := errors.AsType[*send.Error](err)
	switch {
	case err == nil:
		return nil, nil //nolint:nilnil // no challenge, no error
	case !ok || e.Status != http.StatusUnauthorized:
		return nil, err
	}
	c := bestDigest(parseChallenges(e.Header.Values("WWW-Authenticate")))
	if c == nil {
		return nil, refused(errors.New("`credentials::digest`: the vendor offers no digest authentication that is known"))
	}
	return c, nil
}

// Refresh drops the nonce: a vendor answers 401 when it has grown old. If it was
// fresh, the password is wrong, and another attempt could lock the account.
func (d *digest) Refresh(context.Context) (bool, error) {
	changed, err := d.password.reload()
	if err != nil {
		return false, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.count <= 1 && time.Since(d.asked) < justRenewed {
		return changed, nil
	}
	d.current = nil
	return true, nil
}

func (d *digest) Secrets() []string { return d.password.texts() }

// answer is the value of the Authorization header (RFC 7616, section 3.4).
func (c *challenge) answer(user, password, method, uri, cnonce string, count uint32) string {
	realm, nonce, opaque := c.params["realm"], c.params["nonce"], c.params["opaque"]
	a1 := c.hash(user + ":" + realm + ":" + password)
	if c.session() {
		a1 = c.hash(a1 + ":" + nonce + ":" + cnonce)
	}
	a2 := c.hash(method + ":" + uri)
	nc := fmt.Sprintf("%08x", count)
	fields := []string{
		"username=" + quote(user), "realm=" + quote(realm), "nonce=" + quote(nonce), "uri=" + quote(uri),
	}
	if c.params["qop"] == "" {
		fields = append(fields, "response="+quote(c.hash(a1+":"+nonce+":"+a2)))
	} else {
		response := c.hash(strings.Join([]string{a1, nonce, nc, cnonce, "auth", a2}, ":"))
		fields = append(fields, "response="+quote(response), "qop=auth", "nc="+nc, "cnonce="+quote(cnonce))
	}
	if name := c.params["algorithm"]; name != "" {
		fields = append(fields, "algorithm="+name)
	}
	if opaque != "" {
		fields = append(fields, "opaque="+quote(opaque))
	}
	return "Digest " + strings.Join(fields, ", ")
}

func (c *challenge) hash(text string) string {
	algorithms := map[string]func() hash.Hash{"MD5": md5.New, "SHA-256": sha256.New, "SHA-512-256": sha512.New512_256}
	h := algorithms[c.algorithm()]()
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
