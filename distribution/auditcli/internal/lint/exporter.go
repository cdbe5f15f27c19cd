// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// exporter judges one exporter: what all have in common, then its own traps.
func (j *judge) exporter(c Component, p Pipeline) {
	key := "exporters::" + c.ID
	j.queue("exporters", c)
	j.plain(key, c)
	switch c.kind() {
	case "elasticsearch":
		j.elasticsearch(key, c, p)
	case "awss3":
		if text(c.Config, "s3uploader::unique_key_func_name") == "" {
			j.warn(key+"::s3uploader::unique_key_func_name", "keys end in a random number of nine digits: two that meet overwrite each other", "`unique_key_func_name: uuidv7`")
		}
	case "kafka":
		if acks := text(c.Config, "producer::required_acks"); acks != "-1" && acks != "all" {
			j.warn(key+"::producer::required_acks", "Kafka answers before all in-sync replicas have the events: a broker that fails loses them", "`required_acks: -1`")
		}
	case "file":
		if _, ok := section(c.Config, "rotation"); !ok || get(c.Written, "rotation") == nil {
			j.warn(key+"::rotation", "without rotation the exporter accepts events up to a second before it writes them, and a restart empties the file unless `append` is set",
				"`rotation: {max_megabytes: 100, max_backups: 0}`")
		}
	case "syslog":
		j.syslog(key, c)
	case "nop", "debug":
		j.note(key, "events are accepted and thrown away", "an exporter that leads to your SIEM")
	}
}

// elasticsearch judges what makes a repeat harmless there, and which errors its
// exporter drops.
func (j *judge) elasticsearch(key string, c Component, p Pipeline) {
	if !on(c.Config, "logs_dynamic_id::enabled") {
		j.warn(key+"::logs_dynamic_id::enabled", "documents get random ids: an event that is sent again after a crash is there twice",
			"`logs_dynamic_id: {enabled: true}`, and `document_id: true` on the receiver")
	} else {
		j.documentID(p)
	}
	if off(c.Config, "retry::enabled") {
		j.warn(key+"::retry::enabled", "each short failure of Elasticsearch is an error for good", "`enabled: true`")
		return
	}
	status := list(c.Config, "retry::retry_on_status")
	for _, want := range []string{"429", "500", "502", "503", "504"} {
		if !slices.Contains(status, want) {
			j.warn(key+"::retry::retry_on_status", "a status that is not listed, such as "+want+", is taken as an error for good",
				"`retry_on_status: [429, 500, 502, 503, 504]`")
			return
		}
	}
}

// documentID notes receivers that don't set the attribute that the
// elasticsearch exporter reads, unless a processor may do so.
func (j *judge) documentID(p Pipeline) {
	for _, id := range p.Processors {
		if kind := (Component{ID: id}).kind(); kind == "transform" || kind == "attributes" {
			return
		}
	}
	for _, id := range p.Receivers {
		if r := j.Receivers[id]; r.kind() == receiverType && !on(r.Config, "document_id") {
			j.note("receivers::"+id+"::document_id", "the elasticsearch exporter takes document ids from an attribute that this receiver does not set: a repeat is there twice", "`document_id: true`")
		}
	}
}

func (j *judge) syslog(key string, c Component) {
	if text(c.Config, "network") == "udp" {
		j.warn(key+"::network", "UDP loses messages without a word, and cuts long ones", "`network: tcp`, with TLS")
		return
	}
	j.note(key, "syslog has no acknowledgement: what is under way when the server dies is lost", "another exporter, where nothing may be missing")
}

// plain judges whether events leave this machine unencrypted.
func (j *judge) plain(key string, c Component) {
	for _, name := range []string{"endpoint", "endpoints", "logs_endpoint", "s3uploader::endpoint"} {
		for _, endpoint := range list(c.Config, name) {
			if j.unencrypted(c, endpoint) {
				j.warn(key+"::"+name, "events and credentials go over the network in plain text", "an https:// address, or TLS (`tls`)")
			}
		}
	}
}

func (j *judge) unencrypted(c Component, endpoint string) bool {
	host := endpoint
	switch u, err := url.Parse(endpoint); {
	case err == nil && u.Scheme == "http" && u.Host != "":
		host = u.Hostname()
	case err == nil && u.Scheme == "https":
		return false
	case !on(c.Config, "tls::insecure"):
		return false
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return !loopback(strings.Trim(host, "[]"))
}

func loopback(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host).IsLoopback()
}
