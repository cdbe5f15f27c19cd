// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Command firing is a small Prometheus with a fast clock: it scrapes one target
// and says which alerts fire. The parser, the engine and the alerting rules are
// Prometheus' own.
//
//	firing -speed 240 -rules alerts/otelcol-audit.yaml http://localhost:8888/metrics
//
// With speed 240 an hour of the rules is 15 seconds: each duration in them, and
// each number that stands for one, is divided. What the target serves is not
// touched, so a source that is down for 20 seconds looks like one that was down
// for more than an hour.
//
// It prints one line of JSON per scrape, until it is killed. It is no part of
// the product: tests provoke each alert with it.
package main
