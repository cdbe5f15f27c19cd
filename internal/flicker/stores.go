// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package flicker

import "strings"

func (c *converter) elasticsearch(s *source, name, at string) (delivery, error) {
	d := s.Destination
	if err := c.need(at, "url", d.URL); err != nil {
		return delivery{}, err
	}
	e := newSection()
	e.set("endpoint", text(d.URL))
	if d.Index != "" {
		e.set("logs_index", text(d.Index), "A fixed index, as before. Without this key events go to data streams by their `data_stream.dataset`.")
	}
	switch {
	case d.Basic != nil:
		c.secret(at+".basic.password", d.Basic.Password)
		e.set("user", text(d.Basic.Username))
		e.set("password", text(d.Basic.Password))
	case d.APIKey != "":
		c.secret(at+".api_key", d.APIKey)
		e.set("api_key", text(d.APIKey))
	}
	c.tls(e, d, at)
	c.plainText(d.URL, at+".url")
	e.set("logs_dynamic_id", flow("enabled", true))
	e.set("suppress_conflict_errors", true)
	retry := newSection()
	retry.set("enabled", true)
	retry.set("max_retries", 10)
	retry.node.Content = append(retry.node.Content, scalar("retry_on_status"), numbers(429, 500, 502, 503, 504))
	e.set("retry", retry, "After these the receiver sends the page again, without end.")
	queue := newSection()
	queue.set("wait_for_result", true)
	queue.set("block_on_overflow", true)
	queue.set("batch", flow("flush_timeout", "200ms"))
	e.set("sending_queue", queue, "A page counts as delivered when Elasticsearch has it, not when it is in a buffer. `buffer_size` has no counterpart: the exporter's batches are counted in bytes.")
	id := "elasticsearch/" + name
	c.exporters.set(id, e)
	return delivery{exporter: id, documentID: true}, nil
}

func (c *converter) file(s *source, name, at string) (delivery, error) {
	d := s.Destination
	if err := c.need(at, "path", d.Path); err != nil {
		return delivery{}, err
	}
	e := newSection()
	e.set("path", text(d.Path))
	e.set("create_directory", true)
	e.set("rotation", flow("max_megabytes", 100, "max_backups", 0), "Without rotation the exporter accepts events before it has written them, and a restart empties the file.")
	id := "file/" + name
	c.exporters.set(id, e, "A line is a page in OTLP JSON, not an event.")
	return delivery{exporter: id}, nil
}

func (c *converter) s3(s *source, name, at string) (delivery, error) {
	d := s.Destination
	if err := c.need(at, "bucket", d.Bucket); err != nil {
		return delivery{}, err
	}
	up := newSection()
	up.set("s3_bucket", text(d.Bucket))
	up.setIf("s3_prefix", text(strings.Trim(d.Prefix, "/")))
	up.setIf("region", text(d.Region))
	up.set("s3_partition_format", "year=%Y/month=%m/day=%d/hour=%H")
	up.set("unique_key_func_name", "uuidv7")
	e := newSection()
	e.set("s3uploader", up)
	c.retries(e)
	id := "awss3/" + name
	c.exporters.set(id, e, "Each page is one object in OTLP JSON. The sending queue stays off: `buffer_size` has no counterpart.")
	return delivery{exporter: id}, nil
}

func (c *converter) syslog(s *source, name, at string) (delivery, error) {
	d := s.Destination
	if err := c.need(at, "host", d.Host); err != nil {
		return delivery{}, err
	}
	port := d.Port
	if port == 0 {
		port = 514
	}
	e := newSection()
	e.set("endpoint", text(d.Host))
	e.set("port", port)
	switch d.Protocol {
	case "", "udp":
		e.set("network", "udp", c.warn(at, "UDP loses messages without a word, and cuts long ones: use `network: tcp` with TLS"))
	case "tcp":
		e.set("network", "tcp", c.warn(at, "events go over the network in plain text: set `tls`; and syslog has no acknowledgement, so what is under way when the server dies is lost"))
	default:
		return delivery{}, c.errorf(at+".protocol", "Flicker has no protocol %q: it has udp and tcp", d.Protocol)
	}
	e.set("protocol", "rfc3164")
	e.set("tls", flow("insecure", true))
	c.retries(e)
	id, processor := "syslog/"+name, "transform/"+name
	c.exporters.set(id, e)
	t := newSection()
	t.set("log_statements", []string{
		`set(log.attributes["message"], log.body)`,
		`set(log.attributes["appname"], "` + name + `")`,
		`set(log.attributes["hostname"], "otelcol-audit")`,
	})
	c.processors.set(processor, t, "The syslog exporter makes its message of these attributes.")
	return delivery{exporter: id, processor: processor}, nil
}
