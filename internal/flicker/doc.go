// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package flicker turns a configuration of Flicker, the log shipper that
// restaudit replaces, into one of otelcol-audit.
//
// It is pure: bytes in, bytes out. The result has comments on what changed and
// why, and each point in which the original could not work, or in which its
// operator has to decide, is a Warning. A key that Flicker does not have is an
// error that names its line: what is not understood is not left out in silence.
//
// Only api_sources are converted. Files and containers are the business of the
// Collector's own receivers.
package flicker
