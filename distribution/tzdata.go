// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

// The image is empty but for the program: without this a `timezone` of a source
// would be unknown there.
import _ "time/tzdata"
