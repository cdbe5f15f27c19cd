{{- define "audit.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* 52 characters: "-" and the number of a shard, or "-dashboard", still fit. */}}
{{- define "audit.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "audit.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "audit.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "audit.selector" -}}
app.kubernetes.io/name: {{ include "audit.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "audit.labels" -}}
{{ include "audit.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "audit.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "audit.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "audit.image" -}}
{{- $tag := default .Chart.AppVersion .Values.image.tag }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository $tag }}
{{- end }}
{{- end }}

{{/* The name of one shard's objects. Input: root and shard. */}}
{{- define "audit.shardName" -}}
{{- if gt (int .root.Values.shards) 1 }}
{{- printf "%s-%d" (include "audit.fullname" .root) (int .shard) }}
{{- else }}
{{- include "audit.fullname" .root }}
{{- end }}
{{- end }}

{{- define "audit.claim" -}}
{{- default (printf "%s-state" (include "audit.fullname" .)) .Values.state.pvc.existingClaim }}
{{- end }}

{{/* 80 % of the memory limit for the Go runtime, so that it collects before the kernel kills. */}}
{{- define "audit.goMemLimit" -}}
{{- $limit := dig "limits" "memory" "" .Values.resources | toString }}
{{- if hasSuffix "Gi" $limit }}
{{- printf "%dMiB" (div (mul (trimSuffix "Gi" $limit | int64) 1024 8) 10) }}
{{- else if hasSuffix "Mi" $limit }}
{{- printf "%dMiB" (div (mul (trimSuffix "Mi" $limit | int64) 8) 10) }}
{{- else }}
{{- fail "resources.limits.memory must be a whole number of Mi or Gi: GOMEMLIMIT is computed from it" }}
{{- end }}
{{- end }}
