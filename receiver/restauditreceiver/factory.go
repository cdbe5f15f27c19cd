// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"

	"github.com/restaudit/otelcol-audit/internal/send"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// NewFactory makes the factory of the restaudit receiver.
func NewFactory() receiver.Factory {
	// Sources that name the same `rate_limit::budget` share it, and all share the
	// room for large bodies and the time to stop: these live as long as the
	// factory, which is the one thing that the sources have in common.
	budgets, large, curfew := new(send.Budgets), new(send.LargeBodies), new(curfew)
	create := func(_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Logs) (receiver.Logs, error) {
		return &auditReceiver{cfg: cfg.(*Config), set: set, next: next, budgets: budgets, large: large, curfew: curfew}, nil
	}
	return receiver.NewFactory(metadata.Type, createDefaultConfig, receiver.WithLogs(create, metadata.LogsStability))
}
