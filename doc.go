// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package otelcolaudit is the root of the restaudit module and has no code: its
// tests hold the repository to its own rules (layers, modules, hygiene,
// changelog).
//
// The parts that a Collector build imports are receiver/restauditreceiver and
// extension/s3checkpoint; the finished product is the module in distribution.
package otelcolaudit
