// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package flicker

import (
	"bytes"
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Options are what the original took from its command line.
type Options struct {
	// RegistryFile is the value of --registry-file: "" for none, s3://bucket/key,
	// or a local file.
	RegistryFile string
}

// Warning is a point at which the result does not do what the original did, or
// claimed to do.
type Warning struct {
	// Line is the line in the original's file.
	Line int
	// Key is the place, as in api_sources[0].pagination.
	Key  string
	Text string
}

// Result is a converted configuration.
type Result struct {
	// YAML is the configuration of otelcol-audit, with comments.
	YAML     []byte
	Warnings []Warning
}

// Convert converts a configuration file of Flicker. Its errors name the line.
func Convert(data []byte, o Options) (Result, error) {
	cfg, at, err := decode(data)
	if err != nil {
		return Result{}, err
	}
	c := &converter{
		at: at, cfg: cfg,
		extensions: newSection(), receivers: newSection(), processors: newSection(), exporters: newSection(), pipelines: newSection(),
	}
	if err := c.storage(o.RegistryFile); err != nil {
		return Result{}, err
	}
	c.leftOut()
	c.processors.set("memory_limiter", flow("check_interval", "1s", "limit_percentage", 75, "spike_limit_percentage", 20))
	names := map[string]bool{}
	for i := range cfg.APISources {
		s := &cfg.APISources[i]
		at := fmt.Sprintf("api_sources[%d]", i)
		if err := c.required(s, at); err != nil {
			return Result{}, err
		}
		name := componentName(s.Name)
		if names[name] {
			return Result{}, c.errorf(at+".name", "another source has the name %s already", name)
		}
		names[name] = true
		if err := c.source(s, name, at); err != nil {
			return Result{}, err
		}
	}
	text, err := c.document()
	slices.SortStableFunc(c.warnings, func(a, b Warning) int { return cmp.Compare(a.Line, b.Line) })
	return Result{YAML: text, Warnings: c.warnings}, err
}

// converter collects the parts of the result.
type converter struct {
	cfg      config
	at       lines
	warnings []Warning
	// storageID is the extension that keeps the checkpoints.
	storageID                                               string
	started                                                 []string
	extensions, receivers, processors, exporters, pipelines section
}

// warn notes a warning and returns it as a comment.
func (c *converter) warn(key, text string) string {
	c.warnings = append(c.warnings, Warning{Line: c.at.line(key), Key: key, Text: text})
	return "Warning: " + text
}

func (c *converter) errorf(key, format string, args ...any) error {
	return fmt.Errorf("line %d: `%s`: %s", c.at.line(key), key, fmt.Sprintf(format, args...))
}

func (c *converter) required(s *source, at string) error {
	switch {
	case s.Name == "":
		return c.errorf(at, "`name` is missing")
	case s.Endpoint == "":
		return c.errorf(at, "`endpoint` is missing")
	case s.PollingFrequencyMS <= 0:
		return c.errorf(at, "`polling_frequency_ms` is missing, or not positive")
	case s.Destination == nil:
		return c.errorf(at, "`destination` is missing")
	}
	return nil
}

// leftOut warns about what otelcol-audit has no counterpart for.
func (c *converter) leftOut() {
	if len(c.cfg.LogFiles.Content) > 0 {
		c.warn("log_files", "files are not converted: the Collector's filelog receiver reads them")
	}
	if len(c.cfg.DockerContainers.Content) > 0 {
		c.warn("docker_containers", "containers are not converted: the Collector's filelog receiver reads their logs")
	}
	if r := c.cfg.Retry; r != nil && (r.MaxRetries != nil || r.MaxQueueSize != nil) {
		c.warn("retry", "`max_retries` and `max_queue_size` are left out: Flicker dropped what was over them; here nothing is dropped, and the vendor is not polled further until the destination accepts")
	}
}

// storage decides where the checkpoints go, by where the registry was.
func (c *converter) storage(registry string) error {
	rest, isS3 := strings.CutPrefix(registry, "s3://")
	if !isS3 {
		c.storageID = "file_storage"
		comments := []string{"Where the position of each source is kept."}
		if registry != "" {
			command := "otelcol-audit checkpoint import " + registry + " --config otel.yaml"
			for _, pair := range c.renamed() {
				command += " --map '" + pair[0] + "=restaudit/" + pair[1] + "'"
			}
			comments = append(comments, "To go on from where Flicker was, run this once before the first start:", command)
		}
		c.extensions.set("file_storage", flow("directory", "/var/lib/otelcol-audit", "create_directory", true, "fsync", true), comments...)
		c.started = []string{c.storageID}
		return nil
	}
	bucket, key, _ := strings.Cut(rest, "/")
	if bucket == "" || key == "" {
		return fmt.Errorf("the registry file %q must look like s3://bucket/key", registry)
	}
	c.storageID = "s3checkpoint"
	s3 := newSection()
	s3.set("bucket", bucket)
	if dir := path.Dir(key); dir != "." {
		s3.set("prefix", strings.Trim(dir, "/")+"/checkpoints")
	} else {
		s3.set("prefix", "checkpoints")
	}
	from := flow("url", registry)
	if renamed := c.renamed(); len(renamed) > 0 {
		names := flow()
		for _, pair := range renamed {
			names.set(pair[0], pair[1])
		}
		from.set("map", names)
	}
	s3.set("import", from, "A source without a checkpoint goes on from where Flicker was.")
	c.extensions.set("s3checkpoint", s3,
		"Where the position of each source is kept: one object each, in place of the one registry.",
		"Credentials and region come from where the AWS SDK looks for them, as before.")
	c.started = []string{c.storageID}
	return nil
}

// renamed are the sources whose name had to be changed: old and new.
func (c *converter) renamed() (pairs [][2]string) {
	for _, s := range c.cfg.APISources {
		if name := componentName(s.Name); name != s.Name {
			pairs = append(pairs, [2]string{s.Name, name})
		}
	}
	return pairs
}

const preamble = "Converted from a configuration of Flicker by `otelcol-audit convert`. Check it with " +
	"`otelcol-audit validate`, and look at what a source does with `otelcol-audit preview`."

// document puts the parts together.
func (c *converter) document() ([]byte, error) {
	root, service := newSection(), newSection()
	root.set("extensions", c.extensions)
	root.set("receivers", c.receivers)
	root.set("processors", c.processors)
	root.set("exporters", c.exporters)
	service.set("extensions", c.started)
	service.set("pipelines", c.pipelines, "Each source has a pipeline of its own, as in Flicker.")
	root.set("service", service)
	head := []string{preamble}
	for _, w := range c.warnings {
		if !strings.HasPrefix(w.Key, "api_sources") {
			head = append(head, "Warning: "+w.Text)
		}
	}
	var out bytes.Buffer
	out.WriteString(comment(head...) + "\n")
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(root.node); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// componentName makes a name that a Collector takes.
func componentName(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.' {
			return r
		}
		return '_'
	}, name), "_")
}

// parsed takes an endpoint apart; one that is no URL has only a path.
func parsed(endpoint string) *url.URL {
	u, err := url.Parse(endpoint)
	if err != nil {
		return &url.URL{}
	}
	return u
}
