# Branchline's words. "make" explains them; every word sets up what it needs by itself.
# All work happens in a Debian 13 root at build/sdk (see image/sdk), cached outside the checkout; on a Debian 13 host
# "cmake --preset dev && ctest --preset dev" does the same without it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
JOBS ?= $(shell nproc)
CMD ?=
# CMD as it was given (a $ in it is the shell's, not make's), fit to stand between single quotes.
command = $(subst ','\'',$(value CMD))

enter := image/sdk/enter
programs := branchline-tftpd branchlinectl dhcp_branchline

.PHONY: help
help:  ## this list
	@echo "Branchline: open firmware for a branch-office appliance that gives IP phones all they need to boot."
	@echo
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build  ## a branch in network namespaces: real Kea, clusters and phones; prints each phone's boot timeline
	@$(enter) --own-netns-names tests/demo/demo

.PHONY: test
test: sdk-test  ## everything that CI runs: lint, unit, simulation, integration, sanitizers, the demo
	@tests/run all

.PHONY: build
build: sdk  ## the programs: build/bin/branchline-tftpd, build/bin/branchlinectl, build/lib/libdhcp_branchline.so
	@$(enter) bash -c 'cmake --preset dev >build/configure.log || { cat build/configure.log >&2; exit 1; }; \
	    ninja -C build/dev -j$(JOBS) $(programs)'
	@mkdir -p build/bin build/lib
	@install -m 0755 build/dev/tftpd/app/branchline-tftpd build/dev/tftpd/ctl/branchlinectl build/bin/
	@install -m 0644 build/dev/kea-hooks/libdhcp_branchline.so build/lib/

.PHONY: unit
unit: sdk-test  ## unit tests and the simulation
	@tests/run unit

.PHONY: integration
integration: sdk-test build  ## real Kea, real servers and clients, in namespaces
	@tests/run integration

.PHONY: sanitize
sanitize: sdk-test  ## unit, simulation and integration under ASan+UBSan; unit and simulation under TSan
	@tests/run sanitize

.PHONY: bench
bench: sdk-test build  ## the daemon beside dnsmasq, tftpd-hpa and atftpd; a table of medians and ratios
	@tests/run bench

.PHONY: fuzz
fuzz: sdk-test  ## run each fuzz target for SECONDS (default 60)
	@tests/run fuzz $(SECONDS)

.PHONY: lint
lint: sdk-test  ## format, floors, headers that compile alone, message catalogue, clang-tidy
	@tests/lint/run all

.PHONY: format
format: sdk-test  ## put every source into the house's format
	@git ls-files '*.cc' '*.h' | xargs $(enter) clang-format-19 -i

.PHONY: shell
shell: sdk  ## a shell in the Debian 13 root; with CMD='…' one command, its output and whether it succeeded
	@if [ -n '$(command)' ]; then $(enter) bash -c '$(command)'; else $(enter); fi

.PHONY: sdk sdk-test
sdk:
	@image/sdk/create build
sdk-test:
	@image/sdk/create test

.PHONY: clean
clean:  ## remove what was built here; the Debian 13 root stays in the cache
	@rm -rf build
