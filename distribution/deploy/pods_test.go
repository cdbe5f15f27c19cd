// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// pods are the pod specs of a golden, by kind and name.
func pods(t *testing.T, set string) map[string]map[string]any {
	t.Helper()
	found := map[string]map[string]any{}
	for _, object := range objects(t, set) {
		kind, _ := object["kind"].(string)
		name, _ := at(object, "metadata", "name").(string)
		switch kind {
		case "Deployment":
			found[kind+"/"+name], _ = at(object, "spec", "template", "spec").(map[string]any)
		case "Pod":
			found[kind+"/"+name], _ = at(object, "spec").(map[string]any)
		}
	}
	require.NotEmpty(t, found)
	return found
}

// TestPodsAreRestricted holds the pods to the rules of the Pod Security
// Standard "restricted", and to what we want beyond it.
func TestPodsAreRestricted(t *testing.T) {
	for _, set := range valueSets(t) {
		for name, pod := range pods(t, set) {
			t.Run(set+"/"+name, func(t *testing.T) {
				for _, never := range []string{"hostNetwork", "hostPID", "hostIPC"} {
					assert.NotContains(t, pod, never)
				}
				assert.Equal(t, set == "election", pod["automountServiceAccountToken"], "a token only where the cluster elects")
				assert.Equal(t, true, at(pod, "securityContext", "runAsNonRoot"))
				assert.Equal(t, 10001, at(pod, "securityContext", "runAsUser"))
				assert.Equal(t, "RuntimeDefault", at(pod, "securityContext", "seccompProfile", "type"))
				for _, volume := range pod["volumes"].([]any) {
					kinds := slices.DeleteFunc(slices.Collect(maps.Keys(volume.(map[string]any))), func(k string) bool { return k == "name" })
					assert.Subset(t, []string{"configMap", "secret", "emptyDir", "persistentVolumeClaim"}, kinds)
				}
				for _, container := range pod["containers"].([]any) {
					checkContainer(t, container)
				}
			})
		}
	}
}

func checkContainer(t *testing.T, container any) {
	t.Helper()
	security := at(container, "securityContext")
	assert.Equal(t, false, at(security, "allowPrivilegeEscalation"))
	assert.Equal(t, true, at(security, "readOnlyRootFilesystem"))
	assert.Equal(t, true, at(security, "runAsNonRoot"))
	assert.Equal(t, []any{"ALL"}, at(security, "capabilities", "drop"))
	assert.Nil(t, at(security, "capabilities", "add"))
	assert.NotNil(t, at(container, "resources", "limits", "memory"))
	assert.NotNil(t, at(container, "resources", "requests", "cpu"))
	assert.Contains(t, environment(container), "GOMEMLIMIT")
}

func environment(container any) []string {
	var names []string
	list, _ := at(container, "env").([]any)
	for _, variable := range list {
		name, _ := at(variable, "name").(string)
		names = append(names, name)
	}
	return names
}

func TestEachSourceIsInExactlyOneShard(t *testing.T) {
	for set, want := range map[string]int{"shards": 3, "shards-standby": 3, "election": 3, "s3": 2, "minimal": 1} {
		t.Run(set, func(t *testing.T) {
			seen := map[string]int{}
			for _, text := range configs(t, set) {
				var config map[string]any
				require.NoError(t, yaml.Unmarshal([]byte(text), &config))
				for name := range at(config, "receivers").(map[string]any) {
					seen[name]++
				}
			}
			assert.Len(t, seen, want)
			for name, times := range seen {
				assert.Equal(t, 1, times, name)
			}
		})
	}
}

// TestTwoPodsOnlyWithAnElection: without one they would fence each other in turn.
func TestTwoPodsOnlyWithAnElection(t *testing.T) {
	for _, set := range valueSets(t) {
		for _, object := range objects(t, set) {
			if object["kind"] != "Deployment" {
				continue
			}
			name, _ := at(object, "metadata", "name").(string)
			config := configs(t, set)[name]
			leased := strings.Contains(config, "lease:") != strings.Contains(config, "k8s_leader_elector:") // not both
			if leased {
				assert.Equal(t, 2, at(object, "spec", "replicas"), set)
				continue
			}
			assert.Equal(t, 1, at(object, "spec", "replicas"), set)
			assert.Equal(t, "Recreate", at(object, "spec", "strategy", "type"), set)
		}
	}
}

func TestTheChartMakesNoSecret(t *testing.T) {
	for _, set := range valueSets(t) {
		for _, object := range objects(t, set) {
			assert.NotEqual(t, "Secret", object["kind"], set)
		}
	}
}

// TestTheTokenIsForTheLeasesAlone: each shard's lease can be held, by the role
// that its pods' account has, and nothing else can be done with the token.
func TestTheTokenIsForTheLeasesAlone(t *testing.T) {
	var leases []any
	for _, text := range configs(t, "election") {
		var config map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(text), &config))
		elector := at(config, "extensions", "k8s_leader_elector")
		assert.Equal(t, "audit", at(elector, "lease_namespace"))
		assert.Contains(t, at(config, "service", "extensions"), "k8s_leader_elector")
		leases = append(leases, at(elector, "lease_name"))
		for name, source := range at(config, "receivers").(map[string]any) {
			assert.Equal(t, "k8s_leader_elector", at(source, "k8s_leader_elector"), name)
		}
	}
	require.Len(t, leases, 2)
	byKind := map[any]map[string]any{}
	for _, object := range objects(t, "election") {
		byKind[object["kind"]] = object
	}
	rules, _ := at(byKind["Role"], "rules").([]any)
	require.Len(t, rules, 2)
	for _, rule := range rules {
		assert.Equal(t, []any{"leases"}, at(rule, "resources"))
	}
	assert.Equal(t, []any{"create"}, at(rules[0], "verbs"))
	assert.Equal(t, []any{"get", "update"}, at(rules[1], "verbs"))
	assert.ElementsMatch(t, leases, at(rules[1], "resourceNames"))
	assert.Equal(t, at(byKind["Role"], "metadata", "name"), at(byKind["RoleBinding"], "roleRef", "name"))
	subject := at(byKind["RoleBinding"], "subjects").([]any)[0]
	assert.Equal(t, at(byKind["Deployment"], "spec", "template", "spec", "serviceAccountName"), at(subject, "name"))
}
