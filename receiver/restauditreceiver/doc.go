// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml

// Package restauditreceiver is the Collector's side of a source: it checks the
// configuration, starts and stops the source, turns its records into OTLP, hands
// them to the pipeline and reports how all that goes.
//
// It holds the delivery promise at the pipeline's end: a page is done only when
// ConsumeLogs accepted each of its records. What the pipeline refuses is sent
// again, what it refuses for good is held, and a single record that alone is
// refused is quarantined by name; see sink.go and bisect.go.
//
// It is not the poller. Requests, paging and checkpoints are in internal/source
// and below; nothing here speaks HTTP.
package restauditreceiver
