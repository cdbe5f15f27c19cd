// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"fmt"
	"sync"

	"golang.org/x/time/rate"
)

// Budgets are the shared quotas of one process, by name: sources that use the
// same vendor account name the same budget. The zero value is ready.
type Budgets struct {
	mu     sync.Mutex
	byName map[string]*Budget
}

// BudgetSettings is what one source asks of a budget. Where sources differ, the
// stricter value holds for all.
type BudgetSettings struct {
	// Reserve is the part of the vendor's limit, 0 to below 1, that is left to
	// other users of the account.
	Reserve float64
	// RequestsPerSecond of all sources together; 0 is unlimited.
	RequestsPerSecond float64
	// Burst is how many may go out at once. 0 is 1.
	Burst int
}

// Get returns the budget of that name, with the settings taken into account.
func (b *Budgets) Get(name string, s BudgetSettings) (*Budget, error) {
	if s.Reserve < 0 || s.Reserve >= 1 {
		return nil, fmt.Errorf("`rate_limit::reserve` is %v; it must be from 0%% to below 100%%", s.Reserve)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.byName == nil {
		b.byName = map[string]*Budget{}
	}
	budget := b.byName[name]
	if budget == nil {
		budget = newBudget()
		b.byName[name] = budget
	}
	budget.tighten(s)
	return budget, nil
}

func newBudget() *Budget {
	return &Budget{limiter: rate.NewLimiter(rate.Inf, 0), limit: -1, remaining: -1}
}

func (b *Budget) tighten(s BudgetSettings) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reserve = max(b.reserve, s.Reserve)
	if s.RequestsPerSecond <= 0 {
		return
	}
	if r := rate.Limit(s.RequestsPerSecond); r < b.limiter.Limit() {
		b.limiter.SetLimit(r)
	}
	burst := max(s.Burst, 1)
	if old := b.limiter.Burst(); old == 0 || burst < old {
		b.limiter.SetBurst(burst)
	}
}
