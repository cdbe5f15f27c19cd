# Everything that one does with this repository. Go, git and make are enough: tools and test servers are built from
# pinned versions into .cache/bin on first use. `make help` lists the targets.

GOLANGCI_LINT_VERSION := v2.15.0
VERSITYGW_VERSION     := v1.8.0
HELM_VERSION          := v3.22.0
GOVULNCHECK_VERSION   := v1.7.0
BENCHSTAT_VERSION     := v0.0.0-20260908200009-22c9c6c9d4da

# Of the API server that the chart is tried on; internal/tools/kubernetes/go.mod pins the first two.
KUBERNETES_VERSION          := v1.36.3
ETCD_VERSION                := v3.7.3
PROMETHEUS_OPERATOR_VERSION := v0.92.0

# The newest Collector that the components are tested with; the oldest is the one in go.mod.
NEWEST_COLLECTOR := v0.162.0 v1.68.0

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
SEEDS    ?= 1000
N        ?= 20
MINUTES  ?= 10
FUZZTIME ?= 60s
BENCH    ?= .
BENCHTIME ?= 1s

# One set of build flags for all that is built without the race detector, so that the distribution, its tests, vet and
# the linter share one compilation of some 1,500 packages. No VCS stamp: VERSION says it, and a clone that belongs to
# another user would fail.
export CGO_ENABLED := 0
export GOFLAGS     := $(GOFLAGS) -trimpath -buildvcs=false

# The race detector needs a C compiler; without one the tests run all the same.
RACE := $(shell command -v cc >/dev/null 2>&1 && echo -race)
CGO_FOR_RACE := $(if $(RACE),1,0)

BIN    := $(CURDIR)/bin
CACHE  := $(CURDIR)/.cache/bin
BUILDER       := go tool -modfile=internal/tools/go.mod builder
PROMTOOL := go tool -modfile=internal/tools/prometheus/go.mod promtool
GOLANGCI_LINT := $(CACHE)/golangci-lint-$(GOLANGCI_LINT_VERSION)
VERSITYGW     := $(CACHE)/versitygw-$(VERSITYGW_VERSION)
GOVULNCHECK   := $(CACHE)/govulncheck-$(GOVULNCHECK_VERSION)
HELM          := $(CACHE)/helm-$(HELM_VERSION)
BENCHSTAT     := $(CACHE)/benchstat-$(BENCHSTAT_VERSION)
KUBE_APISERVER := $(CACHE)/kube-apiserver-$(KUBERNETES_VERSION)
KUBE_ETCD      := $(CACHE)/etcd-$(ETCD_VERSION)

# Where the tests find the programs that they start.
export OTELCOL_AUDIT_BIN := $(BIN)/otelcol-audit
export VENDORSIM_BIN     := $(BIN)/vendorsim
export VERSITYGW_BIN     := $(VERSITYGW)

.DEFAULT_GOAL := help
.PHONY: help demo distribution vendorsim test test-library test-distribution alerts-test chart-test chart-admission chart-goldens sim kill standby fuzz fuzz-keep bench generate drift lint tidy \
	stock-builder slim newest-collector reproducible sbom vuln tools clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | awk -F '\t' '{printf "  %-18s %s\n", $$1, $$2}'

demo: distribution vendorsim ## simulated vendors -> otelcol-audit -> files, with a SIGKILL on the way
	cd distribution && go run ./demo

distribution: ## build bin/otelcol-audit
	cd distribution && go build -ldflags "-s -w -X main.version=$(VERSION)" -o $(BIN)/otelcol-audit .

vendorsim: ## build bin/vendorsim, the vendors to test against
	go build -ldflags "-s -w" -o $(BIN)/vendorsim ./cmd/vendorsim

test: test-library test-distribution ## all tests, with real servers on loopback

test-library: $(VERSITYGW) ## tests of the library, with the race detector
	CGO_ENABLED=$(CGO_FOR_RACE) go test -short $(RACE) -timeout 15m ./...

test-distribution: distribution vendorsim $(VERSITYGW) ## tests of the product, end to end
	cd distribution && go test -timeout 15m ./...

chart-test: distribution vendorsim $(HELM) ## Helm chart, image, systemd unit, alerts and dashboard, with helm
	cd distribution && HELM_BIN=$(HELM) go test -count=1 ./deploy

alerts-test: distribution ## alerts judged by Prometheus' own engine, each of them provoked
	cd internal/tools/prometheus && go test ./... && go build -o $(BIN)/firing ./firing
	$(PROMTOOL) check rules --lint=all alerts/otelcol-audit.yaml
	$(PROMTOOL) test rules alerts/otelcol-audit.test.yaml
	cd distribution && FIRING_BIN=$(BIN)/firing go test -count=1 ./deploy -run '^TestEachAlertIsProvoked$$'

# The operator's definitions of its kinds are in its module. The first build of the API server takes some ten minutes.
chart-admission: distribution $(HELM) $(KUBE_APISERVER) $(KUBE_ETCD) ## the chart on a real Kubernetes API server with Pod Security "restricted"
	operator=$$(go mod download -json github.com/prometheus-operator/prometheus-operator@$(PROMETHEUS_OPERATOR_VERSION) | sed -n 's/.*"Dir": "\(.*\)",/\1/p') && \
		cd distribution && PROMETHEUS_CRDS=$$operator/example/prometheus-operator-crd KUBE_APISERVER_BIN=$(KUBE_APISERVER) KUBE_ETCD_BIN=$(KUBE_ETCD) HELM_BIN=$(HELM) \
		go test -count=1 ./deploy -run '^TestARealCluster'

chart-goldens: $(HELM) ## write the chart's goldens anew
	cd distribution && HELM_BIN=$(HELM) UPDATE_GOLDENS=1 go test -count=1 ./deploy -run TestChartRenders

sim: ## the delivery promise under SEEDS=n simulated worlds
	go test ./internal/sim -run '^TestSimulation$$' -count=1 -timeout 0 -v -args -seeds=$(SEEDS)

kill: distribution vendorsim $(VERSITYGW) ## the delivery promise under N=n real SIGKILLs
	cd distribution && go test ./e2e -run '^TestKill' -count=1 -timeout 0 -v -args -kills=$(N)

standby: distribution $(VERSITYGW) ## two replicas on one bucket, paused and killed at random for MINUTES=n
	cd distribution && go test ./e2e -run '^TestStandby$$' -count=1 -timeout 0 -v -args -standby=$(MINUTES)m

fuzz: ## every fuzz target for FUZZTIME, or those with TARGET in their line of hack/fuzz list
	hack/fuzz $(FUZZTIME) '$(TARGET)'

fuzz-keep: ## keep some of what the fuzzer has found interesting as test cases
	hack/fuzz keep

bench: distribution vendorsim slim $(BENCHSTAT) ## Go benchmarks and whole processes, compared with the committed baseline
	hack/bench $(BENCHSTAT) '$(BENCH)' $(BENCHTIME)
	cd distribution && go run ./bench

bench-baseline: distribution vendorsim slim ## measure the baseline of `make bench` anew
	hack/bench baseline '$(BENCH)' $(BENCHTIME)
	cd distribution && go run ./bench -write

generate: ## write all generated files anew
	go generate ./...
	cp distribution/go.sum distribution/_build/go.sum
	$(BUILDER) --config builder-config.yaml --skip-compilation
	cp distribution/_build/components.go distribution/components.go
	gofmt -w distribution/components.go
	cd distribution && go generate ./...

drift: ## fail if generate would change anything
	hack/drift

lint: $(GOLANGCI_LINT) ## formatting, vet, linters, tidy go.mod files
	$(GOLANGCI_LINT) fmt --diff
	cd distribution && $(GOLANGCI_LINT) fmt --diff -c ../.golangci.yml
	go vet ./...
	cd distribution && go vet ./...
	$(GOLANGCI_LINT) run
	cd distribution && $(GOLANGCI_LINT) run -c ../.golangci.yml
	$(MAKE) tidy TIDY=-diff

# The root's go.mod must keep its OpenTelemetry pins: see modules_test.go.
tidy: ## tidy all go.mod files
	go mod tidy $(TIDY)
	cd distribution && go mod tidy $(TIDY)
	cd internal/tools && go mod tidy $(TIDY)
	cd internal/tools/prometheus && go mod tidy $(TIDY)
	cd internal/tools/kubernetes && go mod tidy $(TIDY)

stock-builder: ## build the manifest with the plain collector builder, as others would
	$(BUILDER) --config builder-config.yaml
	distribution/_build/otelcol-audit components

slim: ## build bin/otelcol-audit-slim: the receiver, storage and three exporters
	$(BUILDER) --config slim-builder-config.yaml --skip-get-modules --skip-compilation
	rm -f distribution/_slim/go.mod # so that the versions are those of the product's own
	cd distribution && go build -ldflags "-s -w" -o $(BIN)/otelcol-audit-slim ./_slim

newest-collector: ## test the components with the newest Collector
	hack/newest $(NEWEST_COLLECTOR)

tools: $(GOLANGCI_LINT) $(VERSITYGW) ## build the pinned tools into .cache/bin

$(GOLANGCI_LINT):
	hack/install github.com/golangci/golangci-lint/v2/cmd/golangci-lint $(GOLANGCI_LINT_VERSION) $@

$(VERSITYGW):
	hack/install github.com/versity/versitygw/cmd/versitygw $(VERSITYGW_VERSION) $@

$(GOVULNCHECK):
	hack/install golang.org/x/vuln/cmd/govulncheck $(GOVULNCHECK_VERSION) $@

$(HELM):
	hack/install helm.sh/helm/v3/cmd/helm $(HELM_VERSION) $@

$(BENCHSTAT):
	hack/install golang.org/x/perf/cmd/benchstat $(BENCHSTAT_VERSION) $@

$(KUBE_APISERVER):
	cd internal/tools/kubernetes && go build -ldflags "-X k8s.io/component-base/version.gitVersion=$(KUBERNETES_VERSION)" -o $@ k8s.io/kubernetes/cmd/kube-apiserver

$(KUBE_ETCD):
	cd internal/tools/kubernetes && go build -o $@ go.etcd.io/etcd/server/v3

reproducible: ## build twice from two folders and compare; COLD=cold compiles all of it twice
	hack/reproducible $(COLD)

sbom: ## write bin/sbom.cdx.json (CycloneDX) and bin/THIRD_PARTY_NOTICES of what is linked
	mkdir -p $(BIN)
	cd distribution && go run ./supply -version $(VERSION) -sbom $(BIN)/sbom.cdx.json -notices $(BIN)/THIRD_PARTY_NOTICES

vuln: $(GOVULNCHECK) ## known vulnerabilities in what is called, where the database can be reached
	hack/vuln $(GOVULNCHECK)

clean: ## remove what the targets above have built
	rm -rf bin .cache
	rm -rf distribution/_slim
	find distribution/_build -type f ! -name go.sum -delete
