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
programs := branchline-tftpd branchline-signer branchlinectl dhcp_branchline

.PHONY: help
help:  ## this list
	@echo "Branchline: open firmware for a branch-office appliance that gives IP phones all they need to boot."
	@echo
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build  ## a branch in network namespaces: real Kea, clusters and phones; prints each phone's boot timeline
	@$(enter) --own-netns-names tests/demo/demo

.PHONY: test
test: sdk-test sdk-image  ## everything that CI runs: lint, unit, simulation, integration, sanitizers, the demo, the firmware in QEMU
	@tests/run all

.PHONY: test-image
test-image: sdk-test sdk-image  ## the firmware as it ships, in QEMU: phones, updates, configuration, operator, reset
	@tests/run image

.PHONY: test-arm64
test-arm64: sdk-test sdk-image  ## the firmware of generic-arm64 in QEMU: phones, updates, power cuts, the watchdog (half an hour on two cores)
	@tests/run arm64

CUTS ?= 50 100
.PHONY: soak-image
soak-image: sdk-test sdk-image  ## power cuts at random moments, CUTS="50 100": so many in updates and in service (an hour or two)
	@BRANCHLINE_CUTS="$(CUTS)" tests/run soak

.PHONY: build
build: sdk  ## the programs: build/bin/branchline-tftpd, build/bin/branchlinectl, build/lib/libdhcp_branchline.so
	@$(enter) bash -c 'cmake --preset dev >build/configure.log || { cat build/configure.log >&2; exit 1; }; \
	    ninja -C build/dev -j$(JOBS) $(programs)'
	@mkdir -p build/bin build/lib
	@install -m 0755 build/dev/tftpd/app/branchline-tftpd build/dev/tftpd/signer/branchline-signer \
	    build/dev/tftpd/ctl/branchlinectl build/bin/
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
bench: sdk-test build  ## the daemon beside dnsmasq, tftpd-hpa and atftpd, then thousands of phones that boot at once
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

BOARD ?= pc-x86_64
architecture = $(shell sed -n 's/^ARCHITECTURE=//p' board/$(BOARD)/meta 2>/dev/null)
# The commit's time is the time of every file in the firmware, so that building it again gives the same bytes.
epoch = SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct)
.PHONY: image
image: sdk-image sdk-$(architecture)  ## the firmware of BOARD (pc-x86_64): build/image/branchline-BOARD-VERSION.img.zst and its SBOM
	@$(enter) image/build/programs $(BOARD) $(JOBS)
	@$(epoch) $(enter) image/build/image $(BOARD)

.PHONY: bundle
bundle: image  ## BOARD's signed update bundle: build/image/branchline-BOARD-VERSION.raucb
	@$(enter) image/build/bundle $(BOARD)

.PHONY: reproducible
reproducible: sdk-image sdk-$(architecture)  ## BOARD's firmware twice, from clones at two paths, and compared byte by byte
	@tests/image/reproducible $(BOARD)

.PHONY: flash
flash: sdk-image  ## write BOARD's image to the disk DEVICE, with progress, and read it back
	@REALLY=$(REALLY) image/build/flash $(BOARD) $(DEVICE)

.PHONY: keys
keys: sdk-image  ## development keys for update bundles, once; an image with them says so on its console
	@$(enter) image/build/keys

.PHONY: run
run: sdk-image  ## start BOARD's image in QEMU, with the console here (leave it with Ctrl-A X)
	@$(enter) image/build/run $(BOARD)

.PHONY: lock
lock: sdk-image  ## take the newest Debian packages, security updates too, into the firmware's lock files
	@$(enter) image/build/lock

.PHONY: shell
shell: sdk  ## a shell in the Debian 13 root; with CMD='…' one command, its output and whether it succeeded
	@if [ -n '$(command)' ]; then $(enter) bash -c '$(command)'; else $(enter); fi

.PHONY: sdk sdk-test sdk-image sdk-amd64 sdk-arm64 sdk-
sdk:
	@image/sdk/create build
sdk-test:
	@image/sdk/create test
sdk-image:
	@image/sdk/create image
sdk-amd64 sdk-:
sdk-arm64: sdk
	@image/sdk/create-arm64

.PHONY: clean
clean:  ## remove what was built here; the Debian 13 root stays in the cache
	@rm -rf build
