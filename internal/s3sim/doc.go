// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package s3sim is a fake S3 for tests: objects in memory, strict conditional
// writes, and faults at the points where a real store hurts a careful client.
//
// It answers GET, HEAD, PUT, DELETE and ListObjectsV2, path style or virtual
// hosted. If-None-Match and If-Match follow Amazon's documented answers (412,
// 409, and 404 for If-Match on a missing key); Mode gives the deviations of
// compatible servers. A Fault acts before a request is applied, after it, or in
// its middle.
//
// A Server is an http.Handler. Client gives an in-process HTTP client without
// sockets, which works inside a testing/synctest bubble.
//
// It is not an S3 server: no signatures are checked, no multipart uploads, no
// version ids, no streaming checksums (they are refused, as old compatible
// servers do).
package s3sim
