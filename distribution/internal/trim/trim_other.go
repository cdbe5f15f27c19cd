// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package trim

// Program does nothing here.
func Program() error { return nil }
