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

.PHONY: run cluster build clean
run: build ## build Pawl and start it on http://127.0.0.1:8080
	exec bin/pawl

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

# $(call stages,TARGETS) makes the targets one after the other, whether or not one
# fails, and tells at the end how each went and how long it took.
define stages
@mkdir -p .cache; : > .cache/skipped; : > .cache/retried; passed=0; failed=0; report=''; \
for stage in $(1); do \
	printf '\n==> %s\n' "$$stage"; began=$$SECONDS; \
	if $(MAKE) "$$stage"; then passed=$$((passed + 1)); how=ok; else failed=$$((failed + 1)); how=FAILED; fi; \
	report+=$$(printf '%6d s  %-6s  %s' $$((SECONDS - began)) "$$how" "$$stage")$$'\n'; \
done; \
skipped=$$(wc -l < .cache/skipped); \
printf '\n%s' "$$report"; sed 's/^/SKIPPED: /' .cache/skipped; \
cut -c1-100 .cache/retried | sed 's/^/TRIED TWICE: /'; \
printf 'stages: %d passed, %d failed, %d skipped\n' $$passed $$failed $$skipped; \
test $$failed -eq 0
endef

# $(call skip,WHAT AND WHY) notes a part that cannot be tested here; in CI that is a failure.
skip = { echo "$(1)" | tee -a .cache/skipped; test "$${CI:-}" != true; }

.PHONY: test test-go test-page e2e e2e-cluster
test: ## test everything: Go, the page, and both in a real browser
	$(call stages,test-go test-page e2e e2e-cluster)

# The race detector wants a C compiler. The cluster's tests come last and alone: they
# are full of time limits, as clusters are. In CI what fails is tried once more, which
# is told at the end: a test that passes then still has a story to tell.
test-go: $(VERSITYGW) $(TUSPY) $(TUS_JAVA)
	$(postgresql)
	@$(call debian,command -v nginx >/dev/null && command -v caddy >/dev/null,nginx caddy)
	@export PAWL_TEST_SKIPPED="$(CURDIR)/.cache/skipped"; \
	others=$$(go list ./... | grep -v /cmd/cluster$$); race=; \
	if command -v "$$(go env CC)" >/dev/null; then export CGO_ENABLED=1; race=-race; fi; \
	try() { go test $$race "$$@" || { test "$${CI:-}" = true && echo "go test: $$*" >> .cache/retried && go test $$race "$$@"; }; }; \
	try $$others && try ./cmd/cluster && \
	{ test -n "$$race" || $(call skip,race detector: no C compiler); }

test-page: $(PAGE_MODULES)
	cd $(PAGE) && npm test

e2e: build ## test the page and tus-js-client against bin/pawl, in Chromium
	$(call browser_tests,npm run e2e)

e2e-cluster: build $(VERSITYGW) ## the same, with PostgreSQL and S3
	$(postgresql)
	@go build -o .cache/cluster ./cmd/cluster
	$(call browser_tests,../.cache/cluster -services npm run e2e)

# $(call browser_tests,COMMAND) runs it in the page's folder, if there is a browser.
define browser_tests
	@mkdir -p .cache
	@browser=$$($(find_browser)); \
	$(call debian,test -n "$$browser",chromium); browser=$$($(find_browser)); \
	if [ -z "$$browser" ]; then $(call skip,browser tests: install Chromium or set CHROMIUM); exit; fi; \
	cd $(PAGE) && CHROMIUM="$$browser" PAWL_BIN="$(CURDIR)/bin/pawl" $(1)
endef

# PostgreSQL is installed where it is missing and can be had; the tests say so where
# it cannot.
define postgresql
@$(call debian,$(has_postgres),postgresql)
endef

has_postgres = { ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; }

# $(call debian,TEST,PACKAGES) installs packages where TEST misses something and they
# can be had.
debian = if ! { $(1); } && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(2); fi

find_browser = for b in "$${CHROMIUM:-}" chromium chromium-browser google-chrome; do command -v "$$b" && break; done || true

##### Linting and generated code

.PHONY: lint lint-go lint-page generate verify outdated
lint: lint-go lint-page ## look for mistakes: golangci-lint, biome, tsc

lint-go: $(GOLANGCI)
	$(GOLANGCI) run ./...

lint-page: $(PAGE_MODULES)
	cd $(PAGE) && npm run lint && npm run typecheck

generate: $(SQLC) $(PAGE_MODULES) ## write what is generated: queries, licences, openapi.json, the page's types
	$(SQLC) generate
	$(BUILD) -o .cache/pawl ./cmd/pawl
	.cache/pawl openapi > .cache/openapi.json
	cp .cache/openapi.json $(OPENAPI)
	go run ./cmd/licenses > .cache/licenses.txt
	cp .cache/licenses.txt $(LICENSES)
	cd $(PAGE) && npm run generate

verify: $(SQLC) $(PAGE_MODULES) ## check that go.mod and generated code are up to date
	go mod tidy -diff
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

$(VERSITYGW):
	$(call install,github.com/versity/versitygw/cmd/versitygw@$(VERSITYGW_VERSION))

# Where these cannot be had make goes on, and the tests that want them say so.
$(TUSPY):
	$(call foreign,python3 -c "import ensurepip",python3-venv,\
		python3 -m venv $@.new && \
		$@.new/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r $(FOREIGN)/requirements.txt)

$(TUS_JAVA):
	$(call foreign,command -v javac >/dev/null && command -v mvn >/dev/null,default-jdk-headless maven,\
		mvn --quiet --batch-mode --strict-checksums --file $(FOREIGN)/pom.xml dependency:copy-dependencies -DoutputDirectory=$@.new && \
		(cd $@.new && sha256sum --check --quiet $(CURDIR)/$(FOREIGN)/jars.sha256))

# $(call foreign,TEST,PACKAGES,COMMAND) makes the target by a command that fills $@.new,
# for which PACKAGES are wanted where TEST fails.
define foreign
@{ $(call debian,$(1),$(2)); } && rm -rf $@.new && mkdir -p $(TOOLS) && $(3) && mv $@.new $@ || \
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
