// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Vendors is a vendorsim process and the truth that it keeps.
type Vendors struct {
	*Process
	// URL is where the vendors are served: URL/okta and so on.
	URL    string
	client http.Client
}

// Truth is what a vendor has shown and what is there to be seen.
type Truth struct {
	Shown []struct {
		UID string    `json:"uid"`
		At  time.Time `json:"at"`
	} `json:"shown"`
	// Visible are the uids of all events that have arrived at the vendor.
	Visible []string `json:"visible"`
}

// VendorStats counts what happened at a vendor.
type VendorStats struct {
	Requests int            `json:"requests"`
	Shown    int            `json:"shown"`
	Records  int            `json:"records"`
	Rejected int            `json:"rejected"`
	Faults   map[string]int `json:"faults"`
}

// StartVendors starts vendorsim and waits until it is ready.
func StartVendors(ctx context.Context, path string, stderr io.Writer, args ...string) (*Vendors, error) {
	read, write := io.Pipe()
	proc, err := Start(ctx, Program{Path: path, Args: args, Stdout: write, Stderr: stderr})
	if err != nil {
		return nil, err
	}
	go func() {
		<-proc.Done()
		_ = write.Close()
	}()
	line, err := bufio.NewReader(read).ReadBytes('\n')
	go func() { _, _ = io.Copy(io.Discard, read) }()
	v := &Vendors{Process: proc, client: http.Client{Timeout: 10 * time.Second}}
	var ready struct {
		URL string `json:"url"`
	}
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil || ready.URL == "" {
		proc.Kill()
		return nil, fmt.Errorf("%s did not say where it listens: %w", path, err)
	}
	v.URL = ready.URL
	return v, nil
}

// Truth asks for the truth about a vendor.
func (v *Vendors) Truth(ctx context.Context, vendor string) (Truth, error) {
	var t Truth
	err := v.admin(ctx, http.MethodGet, "truth/"+vendor, nil, &t)
	return t, err
}

// Stats asks for the counts of all vendors.
func (v *Vendors) Stats(ctx context.Context) (map[string]VendorStats, error) {
	var s map[string]VendorStats
	err := v.admin(ctx, http.MethodGet, "stats", nil, &s)
	return s, err
}

// SetFault switches a fault of a vendor on: prob is its chance for each request.
func (v *Vendors) SetFault(ctx context.Context, vendor, kind string, prob float64, delay time.Duration) error {
	fault := map[string]any{"vendor": vendor, "kind": kind, "prob": prob}
	if delay > 0 {
		fault["delay"] = delay.String()
	}
	return v.admin(ctx, http.MethodPost, "faults", fault, nil)
}

// ClearFaults ends the faults of all vendors.
func (v *Vendors) ClearFaults(ctx context.Context) error {
	return v.admin(ctx, http.MethodDelete, "faults", nil, nil)
}

func (v *Vendors) admin(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("vendorsim: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, v.URL+"/_sim/"+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("vendorsim: %w", err)
	}
	res, err := v.client.Do(req)
	if err != nil {
		return fmt.Errorf("vendorsim: %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return fmt.Errorf("vendorsim: %w", err)
	case res.StatusCode >= http.StatusBadRequest:
		return fmt.Errorf("vendorsim: %s %s: %s %s", method, path, res.Status, answer)
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("vendorsim: %s: %w", path, err)
	}
	return nil
}
