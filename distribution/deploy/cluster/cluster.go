// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// adminToken is that of the cluster's administrator.
const adminToken = "token-of-the-test"

// patience is how long the two programs may take to be ready.
const patience = time.Minute

// Programs are the files of the two programs, and where they may write.
type Programs struct {
	Etcd, APIServer string
	Dir             string
	Log             io.Writer
}

// Cluster is an API server that runs. Stop ends it.
type Cluster struct {
	URL       string
	client    http.Client
	processes []*rig.Process
}

// Start starts a cluster and waits until it is ready.
func Start(ctx context.Context, p Programs) (*Cluster, error) {
	key, tokens := filepath.Join(p.Dir, "accounts.key"), filepath.Join(p.Dir, "tokens.csv")
	if err := errors.Join(writeKey(key), os.WriteFile(tokens, []byte(adminToken+`,admin,1,"system:masters"`+"\n"), 0o600)); err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	client, peer, port, err := freePorts(ctx)
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	etcd, peers := "http://127.0.0.1:"+client, "http://127.0.0.1:"+peer
	c := &Cluster{URL: "https://127.0.0.1:" + port, client: newClient()}
	for _, program := range []rig.Program{
		{Path: p.Etcd, Args: []string{
			"--data-dir", filepath.Join(p.Dir, "etcd"), "--unsafe-no-fsync",
			"--listen-client-urls", etcd, "--advertise-client-urls", etcd,
			"--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", "default=" + peers,
		}},
		{Path: p.APIServer, Args: []string{
			"--etcd-servers", etcd, "--bind-address", "127.0.0.1", "--advertise-address", "10.0.0.1", "--secure-port", port,
			"--cert-dir", filepath.Join(p.Dir, "certs"), "--service-cluster-ip-range", "10.0.0.0/24",
			"--token-auth-file", tokens, "--authorization-mode", "RBAC",
			"--service-account-issuer", "https://kubernetes.default.svc",
			"--service-account-key-file", key, "--service-account-signing-key-file", key,
		}},
	} {
		program.Stdout, program.Stderr = p.Log, p.Log
		process, err := rig.Start(ctx, program)
		if err != nil {
			c.Stop()
			return nil, fmt.Errorf("cluster: %w", err)
		}
		c.processes = append(c.processes, process)
	}
	if err := c.ready(ctx); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

// Stop ends both programs.
func (c *Cluster) Stop() {
	for _, process := range c.processes {
		process.Kill()
	}
	c.client.CloseIdleConnections()
}

func (c *Cluster) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := c.ask(ctx, http.MethodGet, "/readyz", nil)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the API server is not ready: %w", err)
		}
	}
}

// writeKey makes the key that tokens of service accounts are signed with.
func writeKey(file string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return os.WriteFile(file, pem.EncodeToMemory(block), 0o600)
}

func freePorts(ctx context.Context) (a, b, c string, err error) {
	var ports [3]string
	var config net.ListenConfig
	for i := range ports {
		listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return "", "", "", err
		}
		defer listener.Close() // after the last one, so that they differ
		_, ports[i], err = net.SplitHostPort(listener.Addr().String())
		if err != nil {
			return "", "", "", err
		}
	}
	return ports[0], ports[1], ports[2], nil
}
