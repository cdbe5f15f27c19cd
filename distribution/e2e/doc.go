// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package e2e tests the product as users run it: the binary, the example configs
// of ../config word for word, simulated vendors on one side and the destinations
// on the other, all on the loopback interface.
//
// It holds no product code. What the tests share with the demo and the benchmark
// is in package rig.
//
//	OTELCOL_AUDIT_BIN   the binary; built when unset
//	VERSITYGW_BIN       the S3 server; without it the S3 tests are skipped, but not in CI
package e2e
