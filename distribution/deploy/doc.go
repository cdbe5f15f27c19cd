// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package deploy holds the tests of what people run the program with: the Helm
// chart, the image, the systemd unit, alerts and dashboard. It is tests only.
//
// They need the program (OTELCOL_AUDIT_BIN), and some a tool; a test whose tool
// is not named by the environment is skipped.
package deploy
