// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Object is a manifest.
type Object = map[string]any

// plurals are the names of kinds in paths where an "s" is not enough.
var plurals = map[string]string{"NetworkPolicy": "networkpolicies", "PriorityClass": "priorityclasses"}

// Create stores an object. A key that the schema does not know is an error, and
// so is a warning of the server, such as that a pod would break a policy.
func (c *Cluster) Create(ctx context.Context, o Object) error {
	version, _ := o["apiVersion"].(string)
	kind, _ := o["kind"].(string)
	meta, _ := o["metadata"].(map[string]any)
	path := "/apis/" + version
	if !strings.Contains(version, "/") {
		path = "/api/" + version
	}
	if namespace, ok := meta["namespace"].(string); ok {
		path += "/namespaces/" + namespace
	}
	plural, ok := plurals[kind]
	if !ok {
		plural = strings.ToLower(kind) + "s"
	}
	if _, err := c.ask(ctx, http.MethodPost, path+"/"+plural+"?fieldValidation=Strict", o); err != nil {
		return fmt.Errorf("%s %s: %w", kind, meta["name"], err)
	}
	return nil
}

// Exists tells whether a path, such as that of a kind, is served.
func (c *Cluster) Exists(ctx context.Context, path string) bool {
	_, err := c.ask(ctx, http.MethodGet, path, nil)
	return err == nil
}

// Kubeconfig is a client's configuration. With the token "" it is the
// administrator's.
func (c *Cluster) Kubeconfig(token string) ([]byte, error) {
	if token == "" {
		token = adminToken
	}
	named := func(what string, value Object) []any { return []any{Object{"name": "c", what: value}} }
	return json.Marshal(Object{ // JSON is YAML, too
		"apiVersion": "v1", "kind": "Config", "current-context": "c",
		"clusters": named("cluster", Object{"server": c.URL, "insecure-skip-tls-verify": true}),
		"users":    named("user", Object{"token": token}),
		"contexts": named("context", Object{"cluster": "c", "user": "c"}),
	})
}

// Token makes a token of a service account.
func (c *Cluster) Token(ctx context.Context, namespace, account string) (string, error) {
	answer, err := c.ask(ctx, http.MethodPost, "/api/v1/namespaces/"+namespace+"/serviceaccounts/"+account+"/token",
		Object{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": Object{}})
	if err != nil {
		return "", fmt.Errorf("token of %s: %w", account, err)
	}
	var request struct{ Status struct{ Token string } }
	if err := json.Unmarshal(answer, &request); err != nil {
		return "", fmt.Errorf("token of %s: %w", account, err)
	}
	return request.Status.Token, nil
}

func (c *Cluster) ask(ctx context.Context, method, path string, body Object) ([]byte, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.URL+path, content)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+adminToken)
	request.Header.Set("Content-Type", "application/json")
	answer, err := c.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return nil, err
	case answer.StatusCode >= http.StatusBadRequest:
		var status struct{ Message string }
		_ = json.Unmarshal(text, &status)
		return nil, fmt.Errorf("%s: %s", answer.Status, status.Message)
	case answer.Header.Get("Warning") != "":
		return nil, fmt.Errorf("%s, with a warning: %s", answer.Status, answer.Header.Values("Warning"))
	}
	return text, nil
}

// newClient trusts any certificate: the server on loopback made its own.
func newClient() http.Client {
	return http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}}, //nolint:gosec // see above
	}
}
