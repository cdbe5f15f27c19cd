// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package send makes one HTTP exchange with a vendor and says what came of it:
// a complete body, or an error with a class that tells the caller what to do.
//
// It trusts nothing that a vendor sends. A URL is asked only if it has the
// origin of the endpoint or an allowed host (redirects included); a body is read
// up to a size, a compression ratio and a minimum speed; an error text carries
// no query string, no secret and at most a short scrubbed message of the vendor.
// A body is whole by its length, its chunks, HTTP/2 or gzip; where only the end
// of the connection ended it, Response.Unproven says so.
//
// It does not retry, does not parse records, and knows no pagination: the caller
// decides from Error.Class and Error.RetryAfter when to ask again.
package send
