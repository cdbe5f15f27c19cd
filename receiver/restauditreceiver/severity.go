// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import "go.opentelemetry.io/collector/pdata/plog"

// severities maps vendors' words to OTLP's numbers: the names of the OTLP data
// model, its appendix B for syslog's levels, and the low/medium/high of security
// products.
var severities = map[string]plog.SeverityNumber{
	"trace": plog.SeverityNumberTrace, "verbose": plog.SeverityNumberTrace,
	"debug": plog.SeverityNumberDebug,
	"info":  plog.SeverityNumberInfo, "information": plog.SeverityNumberInfo,
	"informational": plog.SeverityNumberInfo, "low": plog.SeverityNumberInfo,
	"notice": plog.SeverityNumberInfo2,
	"warn":   plog.SeverityNumberWarn, "warning": plog.SeverityNumberWarn,
	"medium": plog.SeverityNumberWarn, "moderate": plog.SeverityNumberWarn,
	"error": plog.SeverityNumberError, "err": plog.SeverityNumberError, "high": plog.SeverityNumberError,
	"critical": plog.SeverityNumberError2, "crit": plog.SeverityNumberError2,
	"alert": plog.SeverityNumberError3,
	"fatal": plog.SeverityNumberFatal, "emergency": plog.SeverityNumberFatal,
	"emerg": plog.SeverityNumberFatal, "panic": plog.SeverityNumberFatal,
}

// severityNumber returns the number of a vendor's severity, in any case, or
// unspecified for a word that is not in the table.
func severityNumber(text string) plog.SeverityNumber {
	var lower [16]byte
	if len(text) > len(lower) {
		return plog.SeverityNumberUnspecified
	}
	for i := range len(text) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return severities[string(lower[:len(text)])]
}
