// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package cluster is a Kubernetes API server on loopback, as far as tests of
// manifests need one: etcd, kube-apiserver and nothing behind them. It admits,
// validates and stores objects; no controller acts on them, no pod runs.
package cluster
