// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/timefmt"
)

// validateResponse checks every path into a response, and its times.
func (c *Config) validateResponse() error {
	var errs []error
	paths := map[string]Paths{
		"response::records": c.Response.Records, "response::id": c.Response.ID, "response::timestamp": c.Response.Timestamp,
		"response::message": c.Response.Message, "response::event_name": c.Response.EventName, "response::severity": c.Response.Severity,
		"response::embedded": c.Response.Embedded, "match_path": c.MatchPath,
		"response::related::path": c.Response.Related.Path, "response::related::fields": c.Response.Related.Fields,
	}
	for key, candidates := range c.Pagination.paths() {
		paths["pagination::"+key] = candidates
	}
	if c.Response.Split != "" {
		paths["response::split"] = Paths{c.Response.Split}
	}
	if (len(c.Response.Related.Path) > 0) != (len(c.Response.Related.Fields) > 0) {
		errs = append(errs, errors.New("`response::related` needs both `path` and `fields`"))
	}
	for name, candidates := range c.Attributes {
		paths["attributes::"+name] = candidates
		if reservedAttribute(name) {
			errs = append(errs, fmt.Errorf("`attributes::%s`: the receiver sets this attribute itself; choose another name", name))
		}
	}
	resource := c.resource()
	for _, name := range slices.Sorted(maps.Keys(resource)) {
		if _, after, found := strings.Cut(resource[name], "{params."); found {
			param, _, _ := strings.Cut(after, "}")
			errs = append(errs, fmt.Errorf("`resource_attributes::%s` has {params.%s}, which is not in `params`: write it there", name, param))
		}
	}
	for i, rule := range c.Response.ErrorWhen {
		if rule.RetryAfterPath != "" {
			paths[fmt.Sprintf("response::error_when::%d::retry_after_path", i)] = Paths{rule.RetryAfterPath}
		}
		if rule.Path != "" {
			paths[fmt.Sprintf("response::error_when::%d::path", i)] = Paths{rule.Path}
		}
	}
	errs = append(errs, checkPaths(paths)...)
	return errors.Join(append(errs, c.validateFormats())...)
}

// checkPaths checks the syntax of paths, by their keys. The root may be "" where
// an array is looked for.
func checkPaths(paths map[string]Paths) []error {
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(paths)) {
		for _, path := range paths[key] {
			if path == "" && (key == "response::records" || key == "expand::items") {
				continue
			}
			if err := page.CheckPath(path); err != nil {
				errs = append(errs, fmt.Errorf("`%s`: %w", key, err))
			}
		}
	}
	return errs
}

// validateFormats checks the time zones and the formats of times.
func (c *Config) validateFormats() error {
	var errs []error
	for key, zone := range map[string]string{"response::timezone": c.Response.Timezone, "time_filter::timezone": c.TimeFilter.Timezone} {
		if _, err := time.LoadLocation(zone); err != nil {
			errs = append(errs, fmt.Errorf("`%s` is %q: write an IANA time zone, such as UTC or Europe/Berlin", key, zone))
		}
	}
	for key, format := range map[string]string{"response::timestamp_format": c.Response.TimestampFormat, "time_filter::format": c.TimeFilter.Format} {
		if format == "" {
			continue
		}
		if _, err := timefmt.New(format, nil); err != nil {
			errs = append(errs, fmt.Errorf("`%s`: %w", key, err))
		}
	}
	return errors.Join(errs...)
}
