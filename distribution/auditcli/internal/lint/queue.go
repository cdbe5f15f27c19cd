// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package lint

// queue judges an exporter's sending queue and retries; connectors may have the
// same. Without a queue the exporter answers when the destination has answered,
// and the receiver repeats what failed, so only a queue makes retries matter.
func (j *judge) queue(group string, c Component) {
	key := group + "::" + c.ID
	q, queued := section(c.Config, "sending_queue")
	if queued && !off(q, "enabled") {
		switch {
		case text(q, "storage") != "":
			j.warn(key+"::sending_queue::storage",
				"the queue accepts events before the destination has them; a damaged queue file, or a crash while the queue is read back, loses some",
				"leave out `storage` and write `wait_for_result: true`: the vendor keeps the events until the destination has them")
			j.extension(j.Extensions[text(q, "storage")])
		case !on(q, "wait_for_result"):
			j.warn(key+"::sending_queue::wait_for_result",
				"the queue in memory accepts events before the destination has them: a crash, a restart during an outage or an error for good loses them",
				"`wait_for_result: true`")
		}
	} else {
		queued = false
	}
	j.retries(key, c, queued)
}

func (j *judge) retries(key string, c Component, queued bool) {
	retry, ok := section(c.Config, "retry_on_failure")
	if !ok {
		return
	}
	key += "::retry_on_failure"
	const written = "retry_on_failure::"
	switch {
	case off(retry, "enabled"):
		if queued || get(c.Written, written+"enabled") != nil {
			j.warn(key+"::enabled",
				"without retries the first error ends an attempt: a queue drops the events, and without one each short failure sends the whole page again",
				"`enabled: true` and `max_elapsed_time: 0`")
		}
	case duration(retry, "max_elapsed_time") > 0:
		if queued || get(c.Written, written+"max_elapsed_time") != nil {
			j.warn(key+"::max_elapsed_time",
				"the exporter gives up after "+duration(retry, "max_elapsed_time").String()+": an outage that lasts longer ends in dropped or repeated events",
				"`max_elapsed_time: 0`, which is without end")
		}
	}
}
