// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint"
	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

// replica starts an extension on a simulated S3, as a process of its own.
func replica(ctx context.Context, sim *s3sim.Server) (storage.Client, error) {
	factory := s3checkpoint.NewFactory(s3checkpoint.WithAWSConfig(aws.Config{
		HTTPClient:  sim.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	}))
	cfg := factory.CreateDefaultConfig().(*s3checkpoint.Config)
	cfg.URL, cfg.Endpoint, cfg.PathStyle = "s3://acme-audit/otel", "http://localhost", true
	ext, err := factory.Create(ctx, extensiontest.NewNopSettings(factory.Type()), cfg)
	if err != nil {
		return nil, err
	}
	if err := ext.Start(ctx, componenttest.NewNopHost()); err != nil {
		return nil, err
	}
	id := component.MustNewIDWithName("restaudit", "okta")
	return ext.(storage.Extension).GetClient(ctx, component.KindReceiver, id, "")
}

func Example() {
	ctx := context.Background()
	sim := s3sim.New("acme-audit")

	first, err := replica(ctx, sim)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(first.Set(ctx, "state", []byte(`{"last_timestamp":"2025-12-17T15:30:00.123Z","cursor":"eyJ"}`)))

	// What `aws s3 cp ... - | jq -r .data.state.cursor` shows.
	object, _ := sim.Object("acme-audit", "otel/receiver_restaudit_okta.json")
	var view struct {
		Data struct{ State struct{ Cursor string } }
	}
	fmt.Println(json.Unmarshal(object, &view), view.Data.State.Cursor)

	// A second replica takes over; the first can't write any more.
	second, err := replica(ctx, sim)
	if err != nil {
		fmt.Println(err)
		return
	}
	state, err := second.Get(ctx, "state")
	fmt.Println(string(state), err)
	fmt.Println(errors.Is(first.Set(ctx, "state", []byte(`{}`)), s3checkpoint.ErrFenced))
	// Output:
	// <nil>
	// <nil> eyJ
	// {"last_timestamp":"2025-12-17T15:30:00.123Z","cursor":"eyJ"} <nil>
	// true
}
