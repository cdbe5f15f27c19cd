// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/restaudit/otelcol-audit/internal/paging"
)

// The words of the vendor for what it refuses.
const (
	expiredCursor = "expired_cursor"
	wrongCursor   = "wrong_cursor"
)

// numericBase is a number that a float64 can't hold exactly.
const numericBase = 9007199254740993

// cursor writes down where the page after the event with that seq begins.
func (v *vendor) cursor(a ask, after int) string {
	if v.plan.style == paging.LastID {
		return v.log[after].id
	}
	if v.plan.numeric {
		return strconv.Itoa(numericBase + 2*after)
	}
	// Only a cursor that ages tells when it was made: others are alike when they
	// mean the same, so that circles are circles.
	issued := time.Duration(0)
	if v.plan.cursorLife > 0 {
		issued = a.now
	}
	asOf := time.Duration(0)
	if v.plan.frozen {
		asOf = a.asOf
	}
	bounds := "~"
	if v.plan.mode == modeStream {
		bounds = a.query.Get("from") + "~" + a.query.Get("to")
	}
	salt := ""
	if v.mood.salted {
		v.salts++
		salt = "~" + strconv.Itoa(v.salts)
	}
	return fmt.Sprintf("%d~%d~%d~%s~%s%s", after, issued, asOf, a.variant, bounds, salt)
}

// readCursor reads what cursor wrote.
func (v *vendor) readCursor(a *ask, text string) (problem string) {
	switch {
	case v.plan.style == paging.LastID:
		seq, ok := v.byID[text]
		if !ok {
			return wrongCursor
		}
		a.after = seq
		return ""
	case v.plan.numeric:
		n, err := strconv.Atoi(text)
		if err != nil || n%2 == 0 || (n-numericBase)/2 >= len(v.log) {
			return wrongCursor
		}
		a.after = (n - numericBase) / 2
		return ""
	}
	parts := strings.Split(text, "~")
	if len(parts) < 6 {
		return wrongCursor
	}
	var numbers [3]int
	for i := range numbers {
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return wrongCursor
		}
		numbers[i] = n
	}
	issued := time.Duration(numbers[1])
	if a.after = numbers[0]; a.after >= len(v.log) {
		return wrongCursor
	}
	if v.plan.cursorLife > 0 && (issued < v.void || a.now-issued > v.plan.cursorLife) {
		v.cover["F13"]++
		return expiredCursor
	}
	if v.plan.frozen {
		a.asOf = time.Duration(numbers[2])
	}
	return v.restore(a, parts)
}

// restore takes from a cursor what the request does not repeat. A cursor that
// was made for another request means something else: this vendor does not
// notice, and goes on further down.
func (v *vendor) restore(a *ask, parts []string) (problem string) {
	if parts[3] != a.variant {
		a.after = min(a.after+7, len(v.log)-1)
	}
	if v.plan.mode != modeStream {
		return ""
	}
	var err error
	for i, at := range []*time.Time{&a.from, &a.to} {
		if parts[4+i] == "" {
			continue
		}
		if *at, err = v.format.Parse(parts[4+i]); err != nil {
			return wrongCursor
		}
	}
	a.query.Set("from", parts[4])
	a.query.Set("to", parts[5])
	return ""
}

// refuse answers a request that can't be served.
func (v *vendor) refuse(w http.ResponseWriter, problem string) {
	status := http.StatusBadRequest
	if problem == expiredCursor {
		status = v.plan.expiredStatus
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"error":{"code":%q,"message":"can't do that"}}`, problem)
}
