// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package storetest is the conformance suite of a Collector storage client: one
// table of behaviours and faults that every store must pass which keeps the
// checkpoints of a source.
//
// The test of a store is short. For any storage extension, here file_storage
// (which the root module must not import, so this test lives in distribution):
//
//	func TestFileStorageConforms(t *testing.T) {
//		storetest.Run(t, func(t testing.TB) storetest.Store {
//			f := filestorage.NewFactory()
//			cfg := f.CreateDefaultConfig().(*filestorage.Config)
//			cfg.Directory, cfg.FSync = t.TempDir(), true
//			return storetest.OfExtension(t, func() (component.Component, error) {
//				return f.Create(context.Background(), extensiontest.NewNopSettings(f.Type()), cfg)
//			})
//		})
//	}
//
// A store that can be made to fail gives Arm, and the suite adds the faults. A
// store whose clients can take over from each other gives Rival, and the suite
// adds the checks that two replicas need.
//
// It does not test speed, nor how a store is configured.
package storetest
