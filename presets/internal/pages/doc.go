// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package pages writes the documentation of the catalogue: a page for each
// preset and the index, from preset.yaml, the fixtures and golden.yaml. So a
// page shows only what the conformance test has seen to work.
//
// It is no documentation of the config language: docs/configuration.md is.
package pages

//go:generate go test . -run ^TestPages$ -update
