// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/metadata"
)

// Option changes what a factory makes.
type Option func(*options)

type options struct{ aws *aws.Config }

// WithAWSConfig replaces the default chain of region, credentials and HTTP
// client. It is for tests, and for programs that have their own.
func WithAWSConfig(cfg aws.Config) Option {
	return func(o *options) { o.aws = &cfg }
}

// NewFactory gives the factory of extension s3checkpoint.
func NewFactory(opts ...Option) extension.Factory {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	create := func(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
		own, ok := cfg.(*Config)
		if !ok {
			return nil, fmt.Errorf("s3checkpoint: the configuration is a %T", cfg)
		}
		return newExtension(own, set, o.aws)
	}
	return extension.NewFactory(metadata.Type, createDefaultConfig, create, metadata.ExtensionStability)
}
