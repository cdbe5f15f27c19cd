// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/paging"
)

// canary is the secret of every world. The oracle's O9: nobody but the vendor
// sees it, and it stands in no error, notice or stored byte.
const canary = "Bearer canary-5f0c9a"

// foreign are places to which a vendor's answer may lead, and where the secret
// must not go.
var foreign = []string{
	"https://evil.example/v1/events", "http://vendor.example/v1/events", "https://vendor.example:8443/v1/events",
	"https://vendor.example.evil.example/v1/events", "https://vendor.example@evil.example/v1/events", "//evil.example/v1/events",
}

// secrets makes some vendors lead elsewhere.
func (s *Scenario) secrets(r *stream) {
	if s.Faults.answer == 0 || !r.chance(.3) {
		return
	}
	s.Faults.kinds = append(s.Faults.kinds, redirects)
	if s.Vendor.style == paging.Link || s.Vendor.style == paging.NextURL {
		s.Faults.kinds = append(s.Faults.kinds, astray)
	}
}

// authorize puts the secret where credentials go.
func authorize(_ context.Context, req *http.Request) error {
	req.Header.Set("Authorization", canary)
	return nil
}

// judgeRequest is the first half of O9.
func (w *World) judgeRequest(req *http.Request) {
	if req.URL.Scheme != "https" || req.URL.Host != "vendor.example" || req.URL.User != nil {
		w.violation("O9: a request to %s", req.URL)
	}
	if req.Header.Get("Authorization") != canary {
		w.violation("O9: a request without the credentials")
	}
}

// judgeText and judgeBytes are the second half: what people and disks see.
func (w *World) judgeText(err error, text string) {
	if err != nil {
		text += err.Error()
	}
	if strings.Contains(text, canary) {
		w.violated("O9: the secret in %q", text)
	}
}

func (w *World) judgeBytes(data []byte) {
	if bytes.Contains(data, []byte(canary)) {
		w.violated("O9: the secret is in the storage")
	}
}
