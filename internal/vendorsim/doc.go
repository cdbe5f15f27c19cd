// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package vendorsim plays SaaS vendors: their audit-log APIs as one http.Handler, with their real paths, paging,
// error bodies and rate-limit encodings, with late events, repeats and faults, and with a record of what was shown.
//
// It is a handler first and a server second. Nothing in it starts a goroutine, and it waits only where a fault or a
// latency asks for it (on a timer and the request's context), so it works behind [Transport] inside testing/synctest
// just as it does behind a net/http server. Every event is a pure function of the seed, its index and the log's
// start; the clock only decides which events are visible.
//
// What the vendors do follows their documentation; where that is silent the choice is written down next to the code.
// The package is a judge of the engine, so it shares no code with it, and it is not part of the product.
package vendorsim
