// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/distribution/deploy/cluster"
)

// startCluster starts a real API server.
func startCluster(t *testing.T) *cluster.Cluster {
	t.Helper()
	log := &output{}
	c, err := cluster.Start(t.Context(), cluster.Programs{
		Etcd: fromEnv(t, "KUBE_ETCD_BIN"), APIServer: fromEnv(t, "KUBE_APISERVER_BIN"), Dir: t.TempDir(), Log: log,
	})
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(log.String())
		}
	})
	require.NoError(t, err)
	t.Cleanup(c.Stop)
	return c
}

// restricted makes a namespace whose pods must pass Pod Security "restricted".
// Objects whose pods would not get a warning, which is an error here.
func restricted(t *testing.T, c *cluster.Cluster, name string) {
	t.Helper()
	const label = "pod-security.kubernetes.io/"
	require.NoError(t, c.Create(t.Context(), cluster.Object{
		"apiVersion": "v1", "kind": "Namespace",
		"metadata": map[string]any{"name": name, "labels": map[string]any{label + "enforce": "restricted", label + "warn": "restricted"}},
	}))
}

// inNamespace returns the objects of a golden, moved to another namespace.
func inNamespace(t *testing.T, set, namespace string) []cluster.Object {
	t.Helper()
	moved := objects(t, set)
	for _, object := range moved {
		object["metadata"].(map[string]any)["namespace"] = namespace
		subjects, _ := object["subjects"].([]any)
		for _, subject := range subjects {
			subject.(map[string]any)["namespace"] = namespace
		}
	}
	return moved
}

// podOf is the pod that a Deployment makes.
func podOf(deployment cluster.Object) cluster.Object {
	template := at(deployment, "spec", "template").(map[string]any)
	meta := maps.Clone(template["metadata"].(map[string]any))
	meta["name"], meta["namespace"] = at(deployment, "metadata", "name"), at(deployment, "metadata", "namespace")
	return cluster.Object{"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": template["spec"]}
}

// operatorsKinds teaches the cluster the Prometheus operator's own kinds, from
// its own definitions.
func operatorsKinds(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	for _, plural := range []string{"podmonitors", "prometheusrules"} {
		text, err := os.ReadFile(filepath.Join(fromEnv(t, "PROMETHEUS_CRDS"), "monitoring.coreos.com_"+plural+".yaml"))
		require.NoError(t, err)
		var definition cluster.Object
		require.NoError(t, yaml.NewDecoder(bytes.NewReader(text)).Decode(&definition))
		require.NoError(t, c.Create(t.Context(), definition))
		require.Eventually(t, func() bool {
			return c.Exists(t.Context(), "/apis/monitoring.coreos.com/v1/"+plural)
		}, patience, tick)
	}
}

// TestARealClusterAdmitsTheChart creates every object of every value set, and
// the pods that the Deployments would make.
func TestARealClusterAdmitsTheChart(t *testing.T) {
	c := startCluster(t)
	operatorsKinds(t, c)
	require.NoError(t, c.Create(t.Context(), cluster.Object{ // that the set "placement" names
		"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": map[string]any{"name": "audit"}, "value": 1000,
	}))
	for _, set := range valueSets(t) {
		t.Run(set, func(t *testing.T) {
			restricted(t, c, set)
			for _, account := range []string{"default", "existing"} { // a controller makes the one, the user the other
				require.NoError(t, c.Create(t.Context(), cluster.Object{
					"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{"name": account, "namespace": set},
				}))
			}
			pods := 0
			for _, object := range inNamespace(t, set, set) {
				assert.NoError(t, c.Create(t.Context(), object))
				if object["kind"] == "Deployment" {
					assert.NoError(t, c.Create(t.Context(), podOf(object)))
					pods++
				}
			}
			assert.Positive(t, pods)
		})
	}
}

// TestARealClusterRefuses what it should: the test above means something.
func TestARealClusterRefuses(t *testing.T) {
	c := startCluster(t)
	restricted(t, c, "audit")
	require.NoError(t, c.Create(t.Context(), cluster.Object{
		"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{"name": "audit-otelcol-audit", "namespace": "audit"},
	}))
	container := func(pod cluster.Object) map[string]any {
		return at(pod, "spec").(map[string]any)["containers"].([]any)[0].(map[string]any)
	}
	for name, tc := range map[string]struct {
		change func(pod cluster.Object)
		want   string
	}{
		"a pod with more rights": {
			func(pod cluster.Object) {
				at(container(pod), "securityContext").(map[string]any)["allowPrivilegeEscalation"] = true
			},
			`violates PodSecurity "restricted`,
		},
		"a pod as root": {
			func(pod cluster.Object) { at(pod, "spec", "securityContext").(map[string]any)["runAsUser"] = 0 },
			`violates PodSecurity "restricted`,
		},
		"a key with a typing error": {
			func(pod cluster.Object) { container(pod)["ressources"] = map[string]any{} }, `unknown field "spec.containers[0].ressources"`,
		},
		"a value of another type": {
			func(pod cluster.Object) { container(pod)["args"] = "--config" }, "cannot",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, object := range objects(t, "minimal") {
				if object["kind"] == "Deployment" {
					pod := podOf(object)
					tc.change(pod)
					assert.ErrorContains(t, c.Create(t.Context(), pod), tc.want)
				}
			}
		})
	}
}

func writeKubeconfig(t *testing.T, c *cluster.Cluster, token string) string {
	t.Helper()
	text, err := c.Kubeconfig(token)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file
}

// TestARealClusterTakesHelmsCommands goes through the life of a release: an
// upgrade must not change what can't be changed.
func TestARealClusterTakesHelmsCommands(t *testing.T) {
	c := startCluster(t)
	operatorsKinds(t, c)
	restricted(t, c, "audit")
	kubeconfig := writeKubeconfig(t, c, "")
	values := func(set string) []string {
		return []string{"audit", chartDir, "--values", filepath.Join(chartDir, "tests", "values", set+".yaml")}
	}
	for _, args := range [][]string{
		append([]string{"install"}, values("minimal")...),
		append([]string{"upgrade"}, values("monitoring")...),
		append([]string{"upgrade"}, values("s3")...),
		append([]string{"upgrade"}, values("standby")...),
		append([]string{"upgrade"}, values("election")...),
		append([]string{"upgrade"}, values("shards")...),
		{"rollback", "audit", "1"},
		{"uninstall", "audit"},
	} {
		out, err := exec.Command(fromEnv(t, "HELM_BIN"), append(args, "--namespace", "audit", "--kubeconfig", kubeconfig)...).CombinedOutput()
		require.NoError(t, err, "helm %v: %s", args, out)
	}
}
