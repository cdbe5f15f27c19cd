// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import "slices"

// storageOf judges where a receiver keeps its checkpoint.
func (j *judge) storageOf(r Component) {
	id := text(r.Config, "storage")
	key := "receivers::" + r.ID + "::storage"
	if id == "" {
		j.warn(key, "no checkpoint is kept: after a restart the source begins at `start_at` again, which repeats events or leaves some out",
			"`storage: file_storage`, or another storage extension")
		return
	}
	j.extension(j.Extensions[id])
}

// extensionsOf finds extensions that a receiver needs and that are not started:
// the Collector looks for them only when it starts the receiver, and then ends.
func (j *judge) extensionsOf(r Component) {
	for _, key := range []string{"storage", "k8s_leader_elector", "auth::authenticator"} {
		id := text(r.Config, key)
		if _, defined := j.Extensions[id]; id == "" || defined && slices.Contains(j.Started, id) {
			continue
		}
		j.fail("receivers::"+r.ID+"::"+key, "extension "+id+" is not started, so the Collector will not start either",
			"define "+id+" under `extensions`, and list it under `service::extensions`")
	}
}

func (j *judge) extension(ext Component) {
	key := "extensions::" + ext.ID
	switch ext.kind() {
	case "file_storage":
		if !on(ext.Config, "fsync") {
			j.warn(key+"::fsync", "what is written is not flushed to the disk: a power loss or a crash of the machine loses or damages the checkpoint", "`fsync: true`")
		}
		if on(ext.Config, "recreate") {
			j.warn(key+"::recreate", "a damaged checkpoint is replaced by an empty one without a word, and the source begins anew", "`recreate: false`")
		}
		if on(ext.Config, "compaction::on_start") {
			j.warn(key+"::compaction::on_start", "a crash during compaction can lose the checkpoint; it is small and needs none", "`on_start: false`")
		}
	case "s3checkpoint":
		if off(ext.Config, "require_conditional_writes") {
			j.warn(key+"::require_conditional_writes", "two replicas may overwrite each other's checkpoint", "`require_conditional_writes: true`, on a store that honours If-Match")
		}
	}
}
