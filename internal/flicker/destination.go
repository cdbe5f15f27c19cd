// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package flicker

import (
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// delivery is where a pipeline leads.
type delivery struct {
	exporter, processor string
	// documentID asks the receiver for document ids.
	documentID bool
}

// destination converts where the events of a source go.
func (c *converter) destination(s *source, name, at string) (delivery, error) {
	d, at := s.Destination, at+".destination"
	kinds := map[string]func(*source, string, string) (delivery, error){
		"http": c.http, "syslog": c.syslog, "elasticsearch": c.elasticsearch, "file": c.file, "s3": c.s3,
	}
	convert, ok := kinds[d.Type]
	if !ok {
		return delivery{}, c.errorf(at+".type", "Flicker has no type %q: it has http, syslog, elasticsearch, file and s3", d.Type)
	}
	return convert(s, name, at)
}

// need refuses a destination that lacks what its type needs.
func (c *converter) need(at, key, value string) error {
	if value == "" {
		return c.errorf(at, "`%s` is missing", key)
	}
	return nil
}

func (c *converter) http(s *source, name, at string) (delivery, error) {
	d := s.Destination
	if err := c.need(at, "endpoint", d.Endpoint); err != nil {
		return delivery{}, err
	}
	if strings.Contains(d.Endpoint, "/services/collector") {
		return c.splunk(s, name, at), nil
	}
	e := newSection()
	e.set("logs_endpoint", text(d.Endpoint))
	e.set("encoding", "json")
	if d.Compression {
		e.set("compression", "gzip")
	} else {
		e.set("compression", "none")
	}
	c.httpAuth(e, d, name, at)
	c.tls(e, d, at)
	c.plainText(d.Endpoint, at+".endpoint")
	c.retries(e)
	c.queue(e, s)
	id := "otlp_http/" + name
	c.exporters.set(id, e, c.warn(at, "Flicker posted a JSON array of {path, line}; this posts OTLP in JSON. The other side must take that, "+
		"or the exporter must be another one: splunk_hec, elasticsearch, kafka, awss3 ..."))
	return delivery{exporter: id}, nil
}

// splunk is an HTTP destination that is Splunk's event collector.
func (c *converter) splunk(s *source, name, at string) delivery {
	d := s.Destination
	token := d.APIKey
	if d.Auth != nil {
		token = first(d.Auth.Token, d.Auth.Key, d.Auth.Value)
	}
	token = strings.TrimPrefix(token, "Splunk ")
	c.secret(at, token)
	e := newSection()
	e.set("endpoint", text(d.Endpoint))
	if token == "" {
		token = "${env:SPLUNK_HEC_TOKEN}"
	}
	e.set("token", text(token))
	c.tls(e, d, at)
	c.plainText(d.Endpoint, at+".endpoint")
	c.retries(e)
	c.queue(e, s)
	id := "splunk_hec/" + name
	c.exporters.set(id, e, "The endpoint is Splunk's event collector, so its own exporter is used.")
	return delivery{exporter: id}
}

// httpAuth converts the credentials of an HTTP destination.
func (c *converter) httpAuth(e section, d *destination, name, at string) {
	token, user := d.APIKey, d.Basic
	if d.Auth != nil {
		token = first(d.Auth.Token, d.Auth.Key, d.Auth.Value)
		if d.Auth.Type == "basic" {
			token, user = "", &basic{Username: d.Auth.Username, Password: d.Auth.Password}
		}
	}
	switch {
	case token != "":
		c.secret(at, token)
		header := "Authorization"
		value := "Bearer " + token
		if d.Auth != nil && (d.Auth.Type == "api_key" || d.Auth.Type == "header") {
			header, value = first(d.Auth.Header, "X-API-Key"), token
		}
		e.set("headers", flow(header, text(value)))
	case user != nil:
		c.secret(at, user.Password)
		id := "basicauth/" + name
		c.extensions.set(id, flow("client_auth", flow("username", text(user.Username), "password", text(user.Password))))
		c.started = append(c.started, id)
		e.set("auth", flow("authenticator", id))
	}
}

func (c *converter) tls(e section, d *destination, at string) {
	if d.TLS == nil {
		return
	}
	t := newSection()
	t.setIf("cert_file", text(d.TLS.CertPath))
	t.setIf("key_file", text(d.TLS.KeyPath))
	t.setIf("ca_file", text(d.TLS.CACertPath))
	if d.TLS.AcceptInvalidCerts {
		t.set("insecure_skip_verify", true, c.warn(at+".tls.accept_invalid_certs", "any certificate is accepted: anybody on the way can read the events"))
	}
	if !t.empty() {
		e.set("tls", t)
	}
}

func (c *converter) plainText(endpoint, at string) {
	if u := parsed(endpoint); u.Scheme == "http" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" {
		c.warn(at, "events and credentials go over the network in plain text: use https")
	}
}

// retries are without end: what the destination does not take, the vendor
// keeps.
func (c *converter) retries(e section) {
	r := newSection()
	r.node.Style = yaml.FlowStyle
	r.set("enabled", true)
	if old := c.cfg.Retry; old != nil {
		if old.InitialDelayMS != nil && *old.InitialDelayMS > 0 {
			r.set("initial_interval", time.Duration(*old.InitialDelayMS)*time.Millisecond)
		}
		if old.MaxDelayMS != nil && *old.MaxDelayMS > 0 {
			r.set("max_interval", time.Duration(*old.MaxDelayMS)*time.Millisecond)
		}
	}
	r.set("max_elapsed_time", 0)
	e.set("retry_on_failure", r, "Without end: Flicker dropped a batch after `max_retries`.")
}

// maxFlush is the longest that a page may wait for its batch to fill: the
// source waits with it.
const maxFlush = time.Second

// queue converts the buffer of a source: it becomes the exporter's batch.
func (c *converter) queue(e section, s *source) {
	size, flush := s.BufferSize, time.Duration(s.FlushIntervalMS)*time.Millisecond
	if size <= 0 {
		size = 100 // Flicker's default
	}
	comment := "`buffer_size` and `flush_interval_ms`. A page counts as delivered when the destination has it, not when it is in a buffer."
	if flush <= 0 || flush > maxFlush {
		flush = maxFlush
		comment += " Each page waits for its batch, so a second is the longest."
	}
	q := newSection()
	q.set("wait_for_result", true)
	q.set("block_on_overflow", true)
	q.set("batch", flow("flush_timeout", flush, "min_size", size, "max_size", max(size, 5000)))
	e.set("sending_queue", q, comment)
}
