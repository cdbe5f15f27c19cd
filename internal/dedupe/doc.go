// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package dedupe is the set of uids already delivered, in bounded memory and with storage that costs what changed.
//
// A source asks for the last minutes again and again, to catch late events, and delivers what it has not delivered before.
// So the set errs to one side only: what it forgets is delivered twice at worst; what it took for known would be lost. The
// whole 64-bit hash is compared, under a key that is secret: with a million uids remembered, a billion new events hide one
// with probability 0.00005.
//
// # Memory
//
// A uid takes 8 bytes, which also name the bucket (hour of event time) it belongs to, and the tables are kept 85 to 92 % full:
// 9.4 bytes on average, about 112,000 uids per MiB; tables that were just enlarged take up to 10.5. There is one lookup for
// all hours, not one per bucket: an event whose time was edited is found like any other. Lookups cost (72 buckets, one core,
// hash of the uid not counted)
//
//	10,000 uids     25 ns
//	1,000,000       60 ns
//	10,000,000     250 ns   (mostly waiting for memory)
//
// and Add 0.15 to 0.7 us with all that follows from it: growth, eviction, the change for the storage. Buckets are an hour
// wide while there are at most 255; then the older ones are joined in pairs, which only means that they go a little later.
//
// # Storage
//
// The set is stored as immutable chunks of at most 256 KiB, eight bytes a uid, and a State that names them. Pending says what
// to write; nothing that was written is written again except to merge small chunks, five or six times in the life of a uid
// (see Plan). A write that fails, or whose outcome isn't known, is made again under the same names.
//
// The package knows nothing of records, pages or storage clients, and has no clock: what is old, the caller says.
package dedupe
