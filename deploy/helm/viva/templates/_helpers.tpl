{{- define "viva.labels" -}}
app.kubernetes.io/name: viva
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "viva.image" -}}
{{ printf "%s:%s" .Values.image.repository .Values.image.tag | quote }}
{{- end -}}

{{/* Settings: what the chart knows, what values say, and the Secret. */}}
{{- define "viva.environment" -}}
env:
  - {name: VIVA_HOME, value: /data}
  - {name: VIVA_PUBLIC_URL, value: {{ printf "https://%s" .Values.host | quote }}}
  - {name: VIVA_PROXIES, value: "1"}
  - {name: VIVA_LIVE_LISTEN, value: "0.0.0.0:8001"}
  {{- with .live }}
  - {name: VIVA_LIVE_NAME, value: {{ . | quote }}}
  {{- end }}
  {{- with .drain }}
  - {name: VIVA_DRAIN_SECONDS, value: {{ . | quote }}}
  {{- end }}
  {{- range $name, $value := .Values.settings }}
  - {name: {{ $name }}, value: {{ $value | quote }}}
  {{- end }}
envFrom:
  - secretRef: {name: {{ .Values.secret }}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: data, mountPath: /data}
  - {name: tmp, mountPath: /tmp}
{{- end -}}

{{- define "viva.pod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
volumes:
  - name: data
    persistentVolumeClaim: {claimName: {{ .Values.data.existingClaim | default (printf "%s-data" .Release.Name) }}}
  - name: tmp
    emptyDir: {}
{{- end -}}
