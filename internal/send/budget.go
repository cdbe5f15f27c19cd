// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"time"
)

// Budget is the quota that several sources share.
type Budget struct{}

// Wait blocks until a request may be made.
func (b *Budget) Wait(context.Context) error { return nil }

// Observe learns from the headers of a response.
func (b *Budget) Observe(Limits, time.Time) {}

// Block holds all requests back until t.
func (b *Budget) Block(time.Time) {}
