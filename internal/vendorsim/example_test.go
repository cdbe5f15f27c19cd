// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim_test

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

func Example() {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	sim := vendorsim.New(vendorsim.Options{
		Now: func() time.Time { return start },
		Vendors: map[string]vendorsim.VendorOptions{
			vendorsim.Okta: {Log: vendorsim.LogConfig{Start: start, Backlog: 3}},
		},
	})
	client := &http.Client{Transport: vendorsim.Transport(sim)}
	req, _ := http.NewRequest(http.MethodGet, "https://okta.example/api/v1/logs", nil)
	req.Header.Set("Authorization", "SSWS "+vendorsim.DefaultCredentials(vendorsim.Okta).Token)
	res, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	for _, seen := range sim.Shown(vendorsim.Okta) {
		fmt.Println(seen.UID)
	}
	// Output:
	// dc9fd3c0-0000-41f0-8478-000000000000
	// dc9fd3c0-0000-41f0-8478-000000000001
	// dc9fd3c0-0000-41f0-8478-000000000002
}
