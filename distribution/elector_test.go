// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/k8sleaderelector"
)

// The receiver knows the elector by this method alone: it must not require the
// module of a contrib component. Here both are at hand.
var _ interface {
	SetCallBackFuncs(lead func(context.Context), stepDown func())
} = k8sleaderelector.LeaderElection(nil)
