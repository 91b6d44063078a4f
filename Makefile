# Pawl: `make run` starts it, `make test` proves it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The Go version of go.mod, fetched by an older installed one (1.21 or newer). It is
# pinned, so that no build uses a release with known faults.
export GOTOOLCHAIN := go$(shell awk '$$1 == "go" { print $$2 }' go.mod)

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILD := CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

# Tools are pinned, and kept outside the tree so that a fresh clone finds them.
TOOLS ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/pawl-tools
GOLANGCI_VERSION := v2.15.0
SQLC_VERSION := v1.31.1
GOLANGCI := $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION)
SQLC := $(TOOLS)/sqlc-$(SQLC_VERSION)
AIR_VERSION := v1.67.4
AIR := $(TOOLS)/air-$(AIR_VERSION)
VERSITYGW_VERSION := v1.8.0
export VERSITYGW ?= $(TOOLS)/versitygw-$(VERSITYGW_VERSION)
# The tus clients of others that the server is tested with, each in a folder named
# for the file that pins it.
FOREIGN := cmd/pawl/testdata/foreign
pinned = $(firstword $(shell cksum < $(FOREIGN)/$(1)))
export TUSPY := $(or $(TUSPY),$(TOOLS)/tuspy-$(call pinned,requirements.txt))
export TUS_JAVA := $(or $(TUS_JAVA),$(TOOLS)/tus-java-$(call pinned,pom.xml))

PAGE := frontend
PAGE_MODULES := $(PAGE)/node_modules/.package-lock.json
PAGE_SOURCES := $(shell find $(PAGE)/src $(PAGE)/public $(PAGE)/scripts $(PAGE)/index.html $(PAGE)/*.json $(PAGE)/*.ts -type f 2>/dev/null)
PAGE_BUILT := $(PAGE)/dist/index.html
PAGE_TYPES := $(PAGE)/src/shared/api/schema.ts
OPENAPI := $(PAGE)/openapi.json
LICENSES := cmd/pawl/licenses.txt

.PHONY: help
help: ## show this help
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##### Building

.PHONY: run dev cluster build clean
run: build ## build Pawl and start it on http://127.0.0.1:8080
	exec bin/pawl

# Air builds and starts the server again when a Go file is saved; Vite reloads the page, and passes on what is the
# server's. The page that is in the binary, at the server's own address, stays as it was built last.
dev: $(AIR) $(PAGE_MODULES) ## work on Pawl at http://127.0.0.1:5173: what is saved is built and reloaded
	@$(AIR) -c .ci/air.toml & air=$$!; trap '{ kill $$air; wait $$air; } 2>&- || true' EXIT; cd $(PAGE) && npm run dev

cluster: build $(VERSITYGW) ## start PostgreSQL, S3, two Pawls and nginx on http://127.0.0.1:8080
	go run ./cmd/cluster $(CLUSTER)

build: $(PAGE_BUILT) ## build bin/pawl, with the page in it
	$(BUILD) -o bin/pawl ./cmd/pawl

clean: ## remove what was built and fetched; uploads in pawl-data and .cluster stay
	rm -rf bin .cache $(PAGE)/node_modules $(PAGE)/test-results $(PAGE)/playwright-report
	find $(PAGE)/dist -mindepth 1 ! -name .gitkeep -delete

$(PAGE_MODULES): $(PAGE)/package-lock.json
	@command -v npm >/dev/null || { echo 'Node.js 20 or newer, with npm, is needed to build the page' >&2; exit 1; }
	cd $(PAGE) && npm ci
	@touch $@

$(PAGE_BUILT): $(PAGE_MODULES) $(PAGE_SOURCES)
	cd $(PAGE) && npm run build
	@touch $@

##### Testing

.PHONY: test test-quick test-go test-crash test-cluster test-page e2e e2e-cluster chaos prepare ci deps
test: ## test everything: Go, the page, and both in a real browser
	@.ci/stages prepare 'test-page test-go / test-cluster test-crash' e2e e2e-cluster

test-quick: $(PAGE_MODULES) ## test in a minute what needs nothing but Go and Node.js
	go test -short ./...
	cd $(PAGE) && npm test

# What .ci/run runs. Tests that mostly wait run beside what mostly computes.
ci:
	@.ci/stages prepare 'lint-page test-page verify lint-go test-go / test-cluster test-crash' e2e e2e-cluster

prepare: $(GOLANGCI) $(SQLC) $(VERSITYGW) $(TUSPY) $(TUS_JAVA) build
	@.ci/deps || true

deps: prepare ## get what testing requires: tools, libraries and, as root on Debian, programs
	@.ci/deps

# Where the environment says CI, packages that fail are tested a second time: see .ci/gotest.
test-go: $(VERSITYGW) $(TUSPY) $(TUS_JAVA)
	@.ci/deps c postgresql nginx caddy || true
	@$(call gotest,-skip '$(CRASHES)',$$(go list ./... | grep -v /cmd/cluster$$))

# Tests of their own because they wait more than they compute, and have time limits.
CRASHES := ^(TestCrash|TestPowerCut)$$

test-crash:
	@.ci/deps c ext4 || true
	@$(call gotest,-v -run '$(CRASHES)',./cmd/pawl)

test-cluster: $(VERSITYGW)
	@.ci/deps c postgresql nginx caddy || true
	@$(call gotest,,./cmd/cluster)

test-page: $(PAGE_MODULES)
	cd $(PAGE) && npm test

chaos: $(VERSITYGW) ## kill servers, disks and clusters under load for an hour
	PAWL_TEST_CRASHES=300 PAWL_TEST_CUTS=150 go test -count=1 -timeout=2h -v -run '$(CRASHES)' ./cmd/pawl
	go test -count=10 -timeout=2h -v ./cmd/cluster

# $(call gotest,FLAGS,PACKAGES) tests with the race detector, which requires a C compiler. It does not watch SQLite,
# which is translated from C, and in which it would spend most of its time. Packages with generic code have to be
# watched: the linker takes one copy for all, and one without the detector's marks would report races that are none.
gotest = race=; \
	if .ci/deps c 2>&-; then export CGO_ENABLED=1; race='-race -gcflags=modernc.org/sqlite/lib=-race=false'; \
	else $(call skip,race detector: no C compiler); fi; \
	.ci/gotest $$race $(1) -- $(2)

# $(call skip,WHAT AND WHY) notes a part that cannot be tested here; in CI that is a failure.
skip = { echo "not tested: $(1)" >&2; \
	if [ -n "$${PAWL_TEST_SKIPPED:-}" ]; then echo "$(1)" >> "$$PAWL_TEST_SKIPPED"; fi; test "$${CI:-}" != true; }

e2e: build ## test the page and tus-js-client against bin/pawl, in Chromium
	$(call browser_tests,npm run e2e)

e2e-cluster: build $(VERSITYGW) ## the same, with PostgreSQL and S3
	@.ci/deps postgresql || true
	@go build -o .cache/cluster ./cmd/cluster
	$(call browser_tests,../.cache/cluster -services npm run e2e)

# $(call browser_tests,COMMAND) runs it in the page's folder, if there is a browser.
define browser_tests
	@.ci/deps chromium || true
	@browser=$$($(find_browser)); \
	if [ -z "$$browser" ]; then $(call skip,browser tests: install Chromium or set CHROMIUM); exit; fi; \
	cd $(PAGE) && CHROMIUM="$$browser" PAWL_BIN="$(CURDIR)/bin/pawl" $(1)
endef

find_browser = for b in "$${CHROMIUM:-}" chromium chromium-browser google-chrome; do command -v "$$b" && break; done || true

##### Linting and generated code

.PHONY: fmt lint lint-go lint-page generate verify outdated
fmt: $(PAGE_MODULES) ## format Go and the page: gofmt, biome
	go fmt ./...
	cd $(PAGE) && npm run format

lint: lint-go lint-page ## look for mistakes: golangci-lint, biome, tsc, and what other systems cannot compile

lint-go: $(GOLANGCI)
	$(GOLANGCI) run ./...
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...

lint-page: $(PAGE_MODULES)
	cd $(PAGE) && npm run lint && npm run typecheck

generate: $(SQLC) $(PAGE_MODULES) ## write what is generated: queries, licences, openapi.json, the page's types
	go run ./cmd/queries
	$(SQLC) generate
	$(BUILD) -o .cache/pawl ./cmd/pawl
	.cache/pawl openapi > .cache/openapi.json
	cp .cache/openapi.json $(OPENAPI)
	go run ./cmd/licenses > .cache/licenses.txt
	cp .cache/licenses.txt $(LICENSES)
	cd $(PAGE) && npm run generate

verify: $(SQLC) $(PAGE_MODULES) ## check that go.mod and generated code are up to date
	go mod tidy -diff
	go run ./cmd/queries -d
	$(SQLC) diff
	$(BUILD) -o .cache/pawl ./cmd/pawl
	.cache/pawl openapi > .cache/openapi.json
	diff -u $(OPENAPI) .cache/openapi.json || { echo 'run make generate'; exit 1; }
	cd $(PAGE) && npm run --silent generate -- -o ../.cache/schema.ts
	diff -u $(PAGE_TYPES) .cache/schema.ts || { echo 'run make generate'; exit 1; }
	go run ./cmd/licenses > .cache/licenses.txt
	diff -u $(LICENSES) .cache/licenses.txt || { echo 'run make generate'; exit 1; }
	grep -q "^FROM .* golang:$${GOTOOLCHAIN#go}-" Dockerfile || { echo "Dockerfile: build with $$GOTOOLCHAIN, as go.mod says"; exit 1; }
	-@$(MAKE) outdated

# Never fails: an update is a decision, and a registry may be out of reach.
outdated: ## list newer releases of Go and of direct dependencies
	@direct=$$(go list -m -f '{{if not (or .Indirect .Main)}}{{.Path}}{{end}}' all); \
	{ latest=$$(go list -m go@latest | cut -d' ' -f2); test "go$$latest" = "$$GOTOOLCHAIN" || echo "go $${GOTOOLCHAIN#go} -> $$latest"; \
	go list -m -u -f '{{with .Update}}{{$$.Path}} {{$$.Version}} -> {{.Version}}{{end}}' $$direct | grep . ; \
	cd $(PAGE) && npm outdated --parseable | awk -F: '{ print "npm " $$3 " -> " $$4 }'; } 2>/dev/null \
	| sed 's/^/BEHIND: /' || true

$(GOLANGCI):
	$(call install,github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION))

$(SQLC):
	$(call install,github.com/sqlc-dev/sqlc/cmd/sqlc@$(SQLC_VERSION))

$(AIR):
	$(call install,github.com/air-verse/air@$(AIR_VERSION))

$(VERSITYGW):
	$(call install,github.com/versity/versitygw/cmd/versitygw@$(VERSITYGW_VERSION))

# Where these cannot be had make continues, and the tests that require them say so.
$(TUSPY):
	$(call foreign,python,python3 -m venv $@.new && \
		$@.new/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r $(FOREIGN)/requirements.txt)

$(TUS_JAVA):
	$(call foreign,java,\
		mvn --quiet --batch-mode --strict-checksums --file $(FOREIGN)/pom.xml dependency:copy-dependencies -DoutputDirectory=$@.new && \
		(cd $@.new && sha256sum --check --quiet $(CURDIR)/$(FOREIGN)/jars.sha256))

# $(call foreign,NAME,COMMAND) makes the target by a command that fills $@.new and requires what .ci/deps knows by
# that name.
define foreign
@.ci/deps $(1) && rm -rf $@.new && mkdir -p $(TOOLS) && $(2) && mv $@.new $@ || \
	{ rm -rf $@.new; echo '$(notdir $@) cannot be installed here' >&2; }
endef

# $(call install,PACKAGE@VERSION) builds a tool under the name of the target.
define install
@mkdir -p $(TOOLS)/.new
CGO_ENABLED=0 GOBIN=$(TOOLS)/.new go install $(1)
@mv $(TOOLS)/.new/$(firstword $(subst @, ,$(notdir $(1)))) $@
endef

##### Measuring

.PHONY: bench
bench: build ## run the benchmarks, and compare Pawl with tusd in one run
	go test -run '^$$' -bench . -benchmem ./...
	go run ./cmd/bench
