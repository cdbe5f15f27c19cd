// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package auth puts credentials on requests and renews them.
//
// It doesn't decide where a credential may go: the package send asks for one
// only after it has checked the URL. It doesn't send the vendor's requests
// either; what it sends itself, to get a token, goes to the configured token URL
// and nowhere else.
//
// A secret is a value of the configuration or a file. A file is looked at before
// each use, so that a rotated secret is taken without a restart, and read again
// when the vendor answers 401.
package auth
