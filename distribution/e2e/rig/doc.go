// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package rig is what the demo, the end-to-end tests and the benchmark need
// around the two programs: processes that always end, the simulated vendors'
// truth, and a reader of what the Collector wrote.
//
// It judges the product from outside, so it shares no code with it: OTLP JSON is
// read with encoding/json alone. It is not part of the product.
package rig
