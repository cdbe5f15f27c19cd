// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// safe is a pipeline about which there is nothing to say.
func safe() Config {
	one := func(id string, cfg map[string]any) map[string]Component {
		return map[string]Component{id: {ID: id, Config: cfg, Written: cfg}}
	}
	return Config{
		Receivers: one("restaudit/okta", map[string]any{"storage": "file_storage"}),
		Exporters: one("otlp_http", map[string]any{
			"endpoint": "https://otlp.example.com", "sending_queue": map[string]any{"wait_for_result": true},
		}),
		Extensions: one("file_storage", map[string]any{"fsync": true}),
		Started:    []string{"file_storage"},
		Pipelines:  []Pipeline{{ID: "logs", Receivers: []string{"restaudit/okta"}, Exporters: []string{"otlp_http"}}},
	}
}

func keys(findings []Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.Key)
	}
	return all
}

func TestJudge(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Config)
		want   []string
	}{
		"a safe pipeline has no findings": {change: func(*Config) {}},
		"processors that sample are found even where the distribution has none": {
			change: func(c *Config) {
				c.Processors = map[string]Component{"probabilistic_sampler/x": {ID: "probabilistic_sampler/x"}}
				c.Pipelines[0].Processors = []string{"probabilistic_sampler/x"}
			},
			want: []string{"processors::probabilistic_sampler/x"},
		},
		"pipelines without a restaudit receiver are not judged": {
			change: func(c *Config) {
				c.Receivers = map[string]Component{"otlp": {ID: "otlp"}}
				c.Pipelines[0].Receivers = []string{"otlp"}
				c.Exporters["otlp_http"].Config["endpoint"] = "http://otlp.example.com"
			},
		},
		"a receiver in no pipeline is noted": {
			change: func(c *Config) { c.Pipelines = nil },
			want:   []string{"receivers::restaudit/okta"},
		},
		"a finding of two pipelines is said once": {
			change: func(c *Config) {
				c.Receivers["restaudit/b"] = Component{ID: "restaudit/b", Config: map[string]any{"storage": "file_storage"}}
				c.Pipelines = append(c.Pipelines, Pipeline{ID: "logs/b", Receivers: []string{"restaudit/b"}, Exporters: []string{"otlp_http"}})
				c.Extensions["file_storage"].Config["fsync"] = false
			},
			want: []string{"extensions::file_storage::fsync"},
		},
		"an extension that is named and not started is an error": {
			change: func(c *Config) {
				c.Extensions["k8s_leader_elector"] = Component{ID: "k8s_leader_elector"} // defined, and not listed
				c.Receivers["restaudit/okta"].Config["storage"] = "s3checkpoint"
				c.Receivers["restaudit/okta"].Config["k8s_leader_elector"] = "k8s_leader_elector"
				c.Receivers["restaudit/okta"].Config["auth"] = map[string]any{"authenticator": "oauth2client"}
			},
			want: []string{"receivers::restaudit/okta::auth::authenticator", "receivers::restaudit/okta::k8s_leader_elector", "receivers::restaudit/okta::storage"},
		},
		"durations count however they are written": {
			change: func(c *Config) {
				c.Exporters["otlp_http"].Config["retry_on_failure"] = map[string]any{"enabled": true, "max_elapsed_time": time.Minute}
			},
			want: []string{"exporters::otlp_http::retry_on_failure::max_elapsed_time"},
		},
		"an exporter that throws events away is noted": {
			change: func(c *Config) {
				c.Exporters["nop"] = Component{ID: "nop"}
				c.Pipelines[0].Exporters = []string{"nop"}
			},
			want: []string{"exporters::nop"},
		},
		"IPv6 loopback is this machine": {
			change: func(c *Config) { c.Exporters["otlp_http"].Config["endpoint"] = "http://[::1]:4318" },
		},
		"connectors in a circle end": {
			change: func(c *Config) {
				c.Connectors = map[string]Component{"forward": {ID: "forward"}}
				c.Pipelines = []Pipeline{
					{ID: "logs", Receivers: []string{"restaudit/okta", "forward"}, Exporters: []string{"forward"}},
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := safe()
			tc.change(&c)
			assert.Equal(t, tc.want, keys(Judge(c)))
		})
	}
}
