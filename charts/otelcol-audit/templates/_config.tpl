{{/* The sources of one shard, as a YAML map. Input: root and shard. The hash of the name decides, so a new source moves no
other one. */}}
{{- define "audit.shardSources" -}}
{{- $mine := dict }}
{{- $shards := int .root.Values.shards }}
{{- $shard := int .shard }}
{{- range $name, $source := .root.Values.sources }}
{{- if eq (mod (sha256sum $name | adler32sum | int64) $shards | int) $shard }}
{{- $_ := set $mine $name $source }}
{{- end }}
{{- end }}
{{- toYaml $mine }}
{{- end }}

{{/* The storage extension, as a YAML map of one entry. */}}
{{- define "audit.storage" -}}
{{- if eq .Values.state.type "s3" }}
{{- $s3 := deepCopy .Values.state.s3 }}
{{- if and .Values.standby.enabled (eq .Values.standby.election "s3") }}
{{- $_ := set $s3 "lease" (dict "ttl" .Values.standby.leaseTTL) }}
{{- end }}
{{- toYaml (dict "s3checkpoint" $s3) }}
{{- else }}
{{- toYaml (dict "file_storage" (dict "directory" "/var/lib/otelcol-audit/checkpoints" "create_directory" true "fsync" true)) }}
{{- end }}
{{- end }}

{{/* Whether the cluster elects who polls; empty if not. */}}
{{- define "audit.elected" -}}
{{- if and .Values.standby.enabled (eq .Values.standby.election "kubernetes") }}true{{ end }}
{{- end }}

{{/* The Collector's own logs and metrics. The three switches keep the names of the metrics as documented. */}}
{{- define "audit.telemetry" -}}
logs: {encoding: json}
metrics:
  readers:
    - pull:
        exporter:
          prometheus:
            host: ${env:POD_IP}
            port: 8888
            without_scope_info: true
            without_type_suffix: true
            without_units: true
{{- end }}

{{/* The whole configuration of one shard. Input: root and shard. One pipeline per source, so that one destination that
refuses holds up only those who go there. */}}
{{- define "audit.config" -}}
{{- include "audit.check" .root }}
{{- $values := .root.Values }}
{{- $storage := include "audit.storage" .root | fromYaml }}
{{- $storageName := keys $storage | first }}
{{- /* The brackets are for IPv6. */}}
{{- $health := dict "use_v2" true "http" (dict "endpoint" "[${env:POD_IP}]:13133" "status" (dict "enabled" true "path" "/status")) }}
{{- $extensions := merge (dict "healthcheckv2" $health) $storage (deepCopy ($values.extensions | default dict)) }}
{{- $common := dict "storage" $storageName }}
{{- if include "audit.elected" .root }}
{{- $_ := set $common "k8s_leader_elector" "k8s_leader_elector" }}
{{- $_ := set $extensions "k8s_leader_elector" (dict "auth_type" "serviceAccount" "lease_name" (include "audit.shardName" .) "lease_namespace" .root.Release.Namespace) }}
{{- end }}
{{- $receivers := dict }}
{{- $pipelines := dict }}
{{- $all := keys $values.exporters | sortAlpha }}
{{- range $name, $source := include "audit.shardSources" . | fromYaml }}
{{- $_ := set $receivers (printf "restaudit/%s" $name) (merge (deepCopy $common) $source) }}
{{- $pipeline := dict "receivers" (list (printf "restaudit/%s" $name)) "processors" ($values.pipelineProcessors | default list) "exporters" (get ($values.routes | default dict) $name | default $all) }}
{{- $_ := set $pipelines (printf "logs/%s" $name) $pipeline }}
{{- end }}
{{- $service := dict "extensions" (keys $extensions | sortAlpha) "telemetry" (include "audit.telemetry" .root | fromYaml) "pipelines" $pipelines }}
{{- toYaml (dict "extensions" $extensions "receivers" $receivers "processors" ($values.processors | default dict) "exporters" $values.exporters "service" $service) }}
{{- end }}

{{/* What a schema can't say. */}}
{{- define "audit.check" -}}
{{- $v := .Values }}
{{- if not $v.sources }}{{ fail "sources is empty: name at least one" }}{{ end }}
{{- if not $v.exporters }}{{ fail "exporters is empty: name at least one" }}{{ end }}
{{- if and (eq $v.state.type "s3") (not (or $v.state.s3.url $v.state.s3.bucket)) }}{{ fail "state.type s3 needs state.s3.url, such as s3://bucket/prefix" }}{{ end }}
{{- if and (ne $v.state.type "s3") (gt (int $v.shards) 1) }}{{ fail "shards > 1 needs state.type s3: a source must find its position wherever it runs" }}{{ end }}
{{- if and (ne $v.state.type "s3") $v.standby.enabled }}{{ fail "standby needs state.type s3: the other pod must find the position" }}{{ end }}
{{- range $v.pipelineProcessors }}
{{- if not (hasKey ($v.processors | default dict) .) }}{{ fail (printf "pipelineProcessors names the processor %q, which is not in processors" .) }}{{ end }}
{{- end }}
{{- range $source, $exporters := $v.routes }}
{{- if not (hasKey $v.sources $source) }}{{ fail (printf "routes names the source %q, which is not in sources" $source) }}{{ end }}
{{- range $exporters }}
{{- if not (hasKey $v.exporters .) }}{{ fail (printf "routes.%s names the exporter %q, which is not in exporters" $source .) }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
