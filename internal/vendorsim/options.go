// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import "time"

// Names of the vendors: the first path segment (or the first label of the host name) under which each is served.
const (
	Okta        = "okta"
	GitHub      = "github"
	Salesforce  = "salesforce"
	Slack       = "slack"
	ASA         = "asa"
	OnePassword = "onepassword"
	Offset      = "offset"
	Page        = "page"
	WorkOS      = "workos"
	SentinelOne = "sentinelone"
	CloudTrail  = "cloudtrail"
	M365        = "m365"
	Azure       = "azure"
	NDJSON      = "ndjson"
)

// Options configure a simulator. The zero value serves empty logs, strictly.
type Options struct {
	Seed    uint64
	Now     func() time.Time // nil = time.Now
	Lenient bool             // accept unknown query parameters; otherwise they are answered with 400
	Gzip    bool             // compress answers for clients that accept it; NDJSON always does
	BaseURL string           // scheme and host of the links in answers; "" = those of the request

	Defaults VendorOptions            // for vendors not in Vendors
	Vendors  map[string]VendorOptions // by vendor name; an entry replaces Defaults as a whole
}

// VendorOptions configure one vendor.
type VendorOptions struct {
	Log         LogConfig
	Credentials Credentials // zero fields = DefaultCredentials

	MaxPage   int           // the vendor never serves more events than this on a page; 0 = the vendor's own maximum
	CursorTTL time.Duration // cursors are refused after this; 0 = the vendor's own rule
	TokenTTL  time.Duration // tokens that the vendor issues expire after this; 0 = 1 h

	Limit  int           // requests that are allowed per Window; 0 = no limit
	Window time.Duration // 0 = 1 min
}

// Credentials are what a client must show. Which of them a vendor uses is said at the vendor.
type Credentials struct {
	Token     string // bearer token, API key or API token
	KeyID     string // user name, client id, access key id or key id
	KeySecret string // password, client secret, secret access key or key secret
}

// DefaultCredentials are the vendor's credentials when the options give none.
func DefaultCredentials(vendor string) Credentials {
	return Credentials{Token: "sim-" + vendor + "-token", KeyID: "sim-" + vendor + "-id", KeySecret: "sim-" + vendor + "-secret"}
}

// complete fills in what is missing.
func (c Credentials) complete(vendor string) Credentials {
	d := DefaultCredentials(vendor)
	if c.Token == "" {
		c.Token = d.Token
	}
	if c.KeyID == "" {
		c.KeyID = d.KeyID
	}
	if c.KeySecret == "" {
		c.KeySecret = d.KeySecret
	}
	return c
}
