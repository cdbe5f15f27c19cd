// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package sim proves the delivery promise in simulated worlds.
//
// A world is made from a seed: a vendor with its manners, a log of events, a
// pipeline, a storage, and what goes wrong with each of them and when. In it
// runs the real engine, from the HTTP client down to the checkpoint, under the
// virtual time of testing/synctest, is killed at its ports and started again.
// Afterwards an oracle that knows what the vendor held compares it with what
// the pipeline accepted (O1..O8, see docs/delivery.md).
//
//	seed -> Scenario -> World.Run -> Report{Violations, coverage}
//
// It is not a vendor simulator for programs: that is internal/vendorsim. Nothing
// here sleeps, listens or writes files; every port has a random stream of its
// own, so that the interleaving of goroutines does not shift what happens.
package sim
