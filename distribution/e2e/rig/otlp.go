// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Record is a log record as it came out of a pipeline.
type Record struct {
	// Source is the receiver that it comes from, such as restaudit/okta.
	Source string
	// UID is log.record.uid.
	UID       string
	EventName string
	// Body is a text body; empty for a body of another kind.
	Body           string
	Time, Observed time.Time
	// Attributes and Resource hold the attributes that are texts.
	Attributes, Resource map[string]string
}

// IsGap tells whether the record is not the vendor's but says that something may
// be missing.
func (r Record) IsGap() bool { return r.EventName == "restaudit.gap" }

type keyValue struct {
	Key   string `json:"key"`
	Value struct {
		StringValue string `json:"stringValue"`
	} `json:"value"`
}

// export is the part of an OTLP JSON log request that matters here.
type export struct {
	ResourceLogs []struct {
		Resource struct {
			Attributes []keyValue `json:"attributes"`
		} `json:"resource"`
		ScopeLogs []struct {
			LogRecords []struct {
				TimeUnixNano         string `json:"timeUnixNano"`
				ObservedTimeUnixNano string `json:"observedTimeUnixNano"`
				EventName            string `json:"eventName"`
				Body                 struct {
					StringValue string `json:"stringValue"`
				} `json:"body"`
				Attributes []keyValue `json:"attributes"`
			} `json:"logRecords"`
		} `json:"scopeLogs"`
	} `json:"resourceLogs"`
}

// ParseOTLP reads log records in OTLP JSON.
func ParseOTLP(data []byte) ([]Record, error) {
	var e export
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, fmt.Errorf("OTLP JSON: %w", err)
	}
	var records []Record
	for _, rl := range e.ResourceLogs {
		resource := texts(rl.Resource.Attributes)
		for _, sl := range rl.ScopeLogs {
			for _, lr := range sl.LogRecords {
				attributes := texts(lr.Attributes)
				records = append(records, Record{
					Source: resource["restaudit.source"], UID: attributes["log.record.uid"],
					EventName: lr.EventName, Body: lr.Body.StringValue,
					Time: nanos(lr.TimeUnixNano), Observed: nanos(lr.ObservedTimeUnixNano),
					Attributes: attributes, Resource: resource,
				})
			}
		}
	}
	return records, nil
}

func texts(attributes []keyValue) map[string]string {
	m := make(map[string]string, len(attributes))
	for _, a := range attributes {
		m[a.Key] = a.Value.StringValue
	}
	return m
}

// nanos reads a time; what is none becomes the zero time.
func nanos(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
