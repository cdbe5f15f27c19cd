// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"math"
	"sync"
	"time"
)

// vendor is one vendor with its log and its running state.
type vendor struct {
	profile
	opts VendorOptions
	key  uint64 // of its cursors and dice
	log  *Log

	mu     sync.Mutex
	faults faultPlan
	limits quotaState
	truth  truth
	stats  VendorStats
}

// newVendor fills the vendor's own values into what the options leave open.
func newVendor(p profile, o VendorOptions, seed uint64, now time.Time) *vendor {
	key := mix(seed, hashText(p.name))
	cfg := o.Log
	if cfg.Seed == 0 {
		cfg.Seed = key
	}
	if cfg.Start.IsZero() {
		cfg.Start = now
	}
	if cfg.Precision == 0 {
		cfg.Precision = p.precision
	}
	if cfg.Retention == 0 {
		cfg.Retention = p.retention
	}
	cfg.batch, cfg.unique = p.batch, p.unique
	o.Log = cfg
	o.Credentials = o.Credentials.complete(p.name)
	if o.MaxPage <= 0 {
		o.MaxPage = math.MaxInt
	}
	if o.TokenTTL <= 0 {
		o.TokenTTL = time.Hour
	}
	if o.Window <= 0 {
		o.Window = time.Minute
	}
	return &vendor{profile: p, opts: o, key: key, log: NewLog(cfg)}
}

// admit counts the request, and decides whether it is over the quota (c.limited) or meets a fault.
func (v *vendor) admit(c *call) (f Fault) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.stats.Requests++
	c.seq = v.stats.Requests
	if v.limits.closed(c.now) {
		v.stats.EarlyRetries++
		c.limited = true
	} else {
		v.limits.take(c.now, v.opts.Limit, v.opts.Window)
		c.limited = v.limits.closed(c.now)
	}
	if !c.limited {
		f = v.faults.draw(v.key, c.seq, c.hasCursor())
		if f.Kind != "" {
			v.stats.fault(f.Kind)
		}
		if f.Kind == FaultRateLimit {
			v.limits.closeFor(c.now, f.delay())
			c.limited = true
		}
	}
	c.quota = v.limits.now(c.now, v.opts.Limit, v.opts.Window)
	return f
}

// appendBody renders event i; a repeat is the event that it repeats, byte for byte.
func (v *vendor) appendBody(dst []byte, i int) []byte { return v.appendBodyBy(v.render, dst, i) }

// appendBodyBy renders event i in a shape of its own, padded to the wanted size.
func (v *vendor) appendBodyBy(render field, dst []byte, i int) []byte {
	e := v.log.Event(i)
	start := len(dst)
	dst = render(dst, e)
	if missing := v.log.cfg.BodySize - (len(dst) - start); missing > 0 {
		e.Pad = missing
		dst = render(dst[:start], e)
	}
	return dst
}

// uid is the id of event i.
func (v *vendor) uid(i int) string { return UID(v.name, v.appendBody(nil, i)) }
