// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// fallbackRegion signs requests to servers that have no regions.
const fallbackRegion = "us-east-1"

// awsConfig finds region and credentials: the default chain, or what base
// gives, then the role.
func awsConfig(ctx context.Context, c *Config, base *aws.Config) (aws.Config, error) {
	var cfg aws.Config
	if base != nil {
		cfg = base.Copy()
	} else {
		loaded, err := config.LoadDefaultConfig(ctx, atOrigin()...)
		if err != nil {
			return cfg, fmt.Errorf("load the AWS configuration: %w", err)
		}
		cfg = loaded
	}
	if c.Region != "" {
		cfg.Region = c.Region
	}
	if cfg.Region == "" && c.Endpoint != "" {
		cfg.Region = fallbackRegion
	}
	if cfg.Region == "" {
		return cfg, errors.New("`region` is missing, and the AWS environment has none")
	}
	if c.RoleARN != "" {
		provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), c.RoleARN, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = c.SessionName
			o.ExternalID = optional(c.ExternalID)
		})
		cfg.Credentials = aws.NewCredentialsCache(provider)
	}
	return cfg, nil
}

var errRedirect = errors.New("redirect refused: it would take credentials or a checkpoint along")

// atOrigin makes the SDK's clients stay where they were sent: with a 307 they
// would carry the session token, and a checkpoint, to any host that the answer
// names. A transport sees that a request comes from a redirect where it chooses
// the proxy.
func atOrigin() []func(*config.LoadOptions) error {
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		// Over HTTP/2 a request may go out on a connection that is there already, and no
		// proxy is chosen.
		t.ForceAttemptHTTP2, t.Protocols = false, new(http.Protocols)
		t.Protocols.SetHTTP1(true)
		choose := t.Proxy
		t.Proxy = func(r *http.Request) (*url.URL, error) {
			if r.Response != nil {
				return nil, errRedirect
			}
			if choose == nil {
				return nil, nil //nolint:nilnil // no proxy, as net/http has it
			}
			return choose(r)
		}
	})
	return []func(*config.LoadOptions) error{
		config.WithHTTPClient(client),
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = client }),
	}
}

// s3Options sets what the SDK's defaults have wrong for conditional writes.
func (c *Config) s3Options(o *s3.Options) {
	// The SDK would repeat a write whose answer was lost and report the 412 that
	// our own first attempt caused. We repeat, because we can tell.
	o.Retryer = aws.NopRetryer{}
	o.UsePathStyle = c.PathStyle
	if c.Endpoint != "" {
		o.BaseEndpoint = &c.Endpoint
		// Many compatible servers refuse the SDK's default checksums.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	}
}
