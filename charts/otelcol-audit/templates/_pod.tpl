{{- define "audit.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "audit.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "audit.env" -}}
- name: GOMEMLIMIT
  value: {{ include "audit.goMemLimit" . }}
- name: POD_IP
  valueFrom: {fieldRef: {fieldPath: status.podIP}}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "audit.mounts" -}}
- name: config
  mountPath: /etc/otelcol-audit/config
  readOnly: true
{{- range .Values.secrets }}
- name: secret-{{ . }}
  mountPath: /etc/otelcol-audit/secrets/{{ . }}
  readOnly: true
{{- end }}
{{- end }}

{{/* Input: root and shard. Mode 0440: readable by the pod's group, and by nobody else. */}}
{{- define "audit.volumes" -}}
- name: config
  configMap: {name: {{ include "audit.shardName" . }}}
{{- range .root.Values.secrets }}
- name: secret-{{ . }}
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- end }}
