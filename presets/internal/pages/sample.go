// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package pages

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/tidwall/gjson"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/presets"
)

// sample is one record as the vendor gives it and as it becomes.
type sample struct {
	// Vendor is the record's text and Language what it is written in.
	Vendor, Language string
	Request          goldenRequest
	Resource         map[string]any
	Record           goldenRecord
}

// goldenFile is the part of golden.yaml that a page shows.
type goldenFile struct {
	Requests []goldenRequest `yaml:"requests"`
	Resource map[string]any  `yaml:"resource"`
	Records  []goldenRecord  `yaml:"records"`
}

type goldenRequest struct {
	Request string            `yaml:"request"`
	Query   map[string]string `yaml:"query"`
	Body    string            `yaml:"body"`
}

type goldenRecord struct {
	Time       string         `yaml:"time"`
	EventName  string         `yaml:"event_name"`
	Severity   string         `yaml:"severity"`
	UID        string         `yaml:"uid"`
	Attributes map[string]any `yaml:"attributes"`
}

// readSample takes the first record of a preset's fixtures. files holds the
// folders of the presets.
func readSample(files fs.FS, p presets.Preset) (sample, error) {
	data, err := fs.ReadFile(files, path.Join(p.Name, "golden.yaml"))
	if err != nil {
		return sample{}, err
	}
	var golden goldenFile
	if err := yaml.Unmarshal(data, &golden); err != nil {
		return sample{}, err
	}
	if len(golden.Records) == 0 || len(golden.Requests) == 0 {
		return sample{}, errors.New("golden.yaml has no records or no requests")
	}
	s := sample{Request: golden.Requests[0], Resource: golden.Resource, Record: golden.Records[0]}
	s.Vendor, s.Language, err = firstRecord(files, p)
	return s, err
}

// firstRecord is the first record of the first fixture that has records.
func firstRecord(files fs.FS, p presets.Preset) (text, language string, err error) {
	for _, pattern := range []string{"item-1.*", "page-1.*"} {
		names, err := fs.Glob(files, path.Join(p.Name, "fixtures", pattern))
		if err != nil {
			return "", "", err
		}
		for _, name := range names {
			if path.Ext(name) == ".headers" {
				continue
			}
			body, err := fs.ReadFile(files, name)
			if err != nil {
				return "", "", err
			}
			if path.Ext(name) == ".json" {
				text, err = firstJSON(body, p)
				return text, "json", err
			}
			lines := strings.SplitN(string(body), "\n", 3)
			return strings.Join(lines[:min(2, len(lines))], "\n"), strings.TrimPrefix(path.Ext(name), "."), nil
		}
	}
	return "", "", errors.New("there is no fixture page-1")
}

func firstJSON(body []byte, p presets.Preset) (string, error) {
	response, _ := p.Config["response"].(map[string]any)
	records := gjson.ParseBytes(body)
	if at, _ := response["records"].(string); at != "" && at != "@this" {
		records = records.Get(at)
	}
	first := records.Get("0")
	if !first.Exists() {
		return "", errors.New("the first fixture has no record at `response::records`")
	}
	var out bytes.Buffer
	err := json.Indent(&out, []byte(first.Raw), "", "  ")
	return out.String(), err
}
