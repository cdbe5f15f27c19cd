// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
)

// health is the status of the extension: the sum of its clients' troubles. It
// reports on a change only, and never a permanent error, which could not be
// taken back.
type health struct {
	mu       sync.Mutex
	host     component.Host // nil until Start
	troubles map[string]error
}

// report says what is wrong with one component's checkpoint; nil = nothing.
func (h *health) report(name string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, was := h.troubles[name]
	if err == nil {
		delete(h.troubles, name)
	} else {
		h.troubles[name] = err
	}
	if was == (err != nil) || h.host == nil {
		return
	}
	if len(h.troubles) == 0 {
		componentstatus.ReportStatus(h.host, componentstatus.NewEvent(componentstatus.StatusOK))
		return
	}
	var all []error
	for _, key := range slices.Sorted(maps.Keys(h.troubles)) {
		all = append(all, fmt.Errorf("%s: %w", key, h.troubles[key]))
	}
	componentstatus.ReportStatus(h.host, componentstatus.NewRecoverableErrorEvent(errors.Join(all...)))
}

func (h *health) start(host component.Host) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.host = host
}
