// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fanOut judges a pipeline that copies records to several places.
func (j *judge) fanOut(p Pipeline) {
	if len(p.Exporters) > 1 {
		j.warn("service::pipelines::"+p.ID+"::exporters",
			fmt.Sprintf("%d exporters share the fate of each page: while one fails, the others get the page again and again", len(p.Exporters)),
			"one pipeline for each exporter, each with a receiver of its own (restaudit/okta_splunk, restaudit/okta_s3)")
	}
}

// receivers judges the restaudit receivers themselves.
func (j *judge) receivers() {
	for _, id := range slices.Sorted(maps.Keys(j.Receivers)) {
		r := j.Receivers[id]
		if r.kind() != receiverType {
			continue
		}
		in := j.pipelinesWith(id)
		switch {
		case len(in) == 0:
			j.note("receivers::"+id, "it is in no pipeline for logs: it is never polled", "add it to a pipeline under `service::pipelines`, or remove it")
			continue
		case len(in) > 1:
			j.warn("service::pipelines::"+in[1]+"::receivers",
				fmt.Sprintf("%s is in several pipelines (%s): while one of them refuses a page, the others get it again and again", id, strings.Join(in, ", ")),
				"a receiver of its own for each pipeline: each keeps its own checkpoint")
		}
		j.extensionsOf(r)
		j.storageOf(r)
		j.plainSecrets(id, r)
		if on(r.Config, "allow_http") {
			j.warn("receivers::"+id+"::allow_http", "credentials and events of the vendor go over the network in plain text", "an https:// `endpoint`, and no `allow_http`")
		}
		if on(r.Config, "tls::insecure_skip_verify") {
			j.warn("receivers::"+id+"::tls::insecure_skip_verify", "any certificate is accepted: anybody on the way can read the credentials and write events", "`tls::ca_file` with the certificate of the authority that signs the vendor's")
		}
	}
}

func (j *judge) pipelinesWith(receiver string) []string {
	var in []string
	for _, p := range j.Pipelines {
		if slices.Contains(p.Receivers, receiver) {
			in = append(in, p.ID)
		}
	}
	slices.Sort(in)
	return in
}

// dropping are processors whose work is to leave records out, or to accept what
// they may lose.
var dropping = map[string][2]string{
	"batch": {
		"it accepts events before the exporter has them, and forgets what the exporter refuses",
		"remove it; to send larger batches use `sending_queue::batch` of the exporter, with `wait_for_result: true`",
	},
	"filter": {
		"what it drops is gone without a trace: the receiver counts it as delivered",
		"`match_on` and `exclude_on` of the receiver, which count what they leave out",
	},
	"probabilistic_sampler": {"it drops a share of the events on purpose", "remove it: an audit log is complete or it is none"},
	"tail_sampling":         {"it drops a share of the events on purpose", "remove it: an audit log is complete or it is none"},
	"log_dedup":             {"it holds events back in memory, and merges different ones that look alike", "remove it: the receiver removes duplicates by the event's id"},
	"logdedup":              {"it holds events back in memory, and merges different ones that look alike", "remove it: the receiver removes duplicates by the event's id"},
	"groupbytrace":          {"it holds events back in memory: a crash loses them", "remove it: audit events have no traces"},
}

func (j *judge) processor(c Component) {
	if why, ok := dropping[c.kind()]; ok {
		j.warn("processors::"+c.ID, why[0], why[1])
	}
}
