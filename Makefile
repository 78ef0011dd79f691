# What a developer types. Every target installs the Debian packages it needs, when they are missing, and asks nothing.
.DEFAULT_GOAL := help
SHELL := /bin/bash
CARGO ?= cargo

# The PC/SC service with its headers, a virtual reader for it, and what builds and isolates them.
PCSC_PACKAGES := libpcsclite-dev pcscd vsmartcard-vpcd pkg-config iproute2 util-linux
# A compiler with the source of `core` in the same version, to build for machines without an operating system.
BARE_PACKAGES := rustc-web cargo-web rust-web-src
# A real browser with its driver, and letters for it, for the tests of the desk.
BROWSER_PACKAGES := chromium chromium-driver fonts-liberation
# A print service, and a screen that nobody sees with a program that types there, for what leaves the desk.
EXPORT_PACKAGES := cups cups-client xvfb xdotool xterm
# What the pictures and texts of printed forms are checked with.
FORM_PACKAGES := poppler-utils

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/cccd

.PHONY: help
help: ## Say what there is to type
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: packages-pcsc ## Open the desk: with the card reader of this machine, or with sample cards
	$(CARGO) build --quiet --workspace --bin cccd-kiosk
	@"$${CARGO_TARGET_DIR:-target}/debug/cccd-kiosk" desk --open

.PHONY: test
test: packages-pcsc packages-bare packages-browser packages-forms packages-exports ## Check everything that continuous integration checks
	$(CARGO) fmt --all --check
	$(CARGO) clippy --quiet --workspace --all-targets -- -D warnings
	$(CARGO) test --quiet --workspace
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --quiet --workspace --no-deps
	$(MAKE) --no-print-directory bare

# That it builds is what is checked, not how fast it runs: so without optimisation.
.PHONY: bare
bare: packages-bare ## Build the no_std crates for a microcontroller (thumbv7m)
	RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO_TARGET_DIR="$(CACHE)/bare" \
	  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
	  /usr/bin/cargo build --quiet --release -p icao9303 -Zbuild-std=core,alloc --target thumbv7m-none-eabi

.PHONY: bench
bench: packages-pcsc ## Measure reads through the service on a modelled link, the host's own time, memory and size
	@tests/need-packages time
	$(CARGO) bench --quiet --workspace --bench read --no-run
	@tests/private-pcscd $(CARGO) bench --quiet --offline --workspace --bench read

.PHONY: bench-qr
bench-qr: ## Score the reader of printed codes on made pictures, beside it other decoders that are or can be installed
	@tests/need-packages libzbar0 python3-venv || true
	$(CARGO) build --quiet --release -p qr-pictures --features qr-pictures/peers
	@$(CARGO) run --quiet --release -p qr-pictures --features qr-pictures/peers -- \
	  score --peers "$$(tests/qr-pictures/peers/environment "$(CACHE)/peers")"

# Coverage for libFuzzer, on the stable compiler: no sanitizer is needed where no code is unsafe.
FUZZ_FLAGS := --cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
  -Cllvm-args=-sanitizer-coverage-trace-compares
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= $$($(CARGO) run --quiet -p fuzz -- list)
HOST = $$(rustc -vV | sed -n 's/^host: //p')

.PHONY: fuzz
fuzz: packages-pcsc ## Fuzz every parser and the whole session: FUZZ_SECONDS=60 for each of FUZZ_TARGETS
	@tests/need-packages g++
	$(CARGO) run --quiet -p fuzz -- seeds "$(CACHE)/fuzz/seeds"
	RUSTFLAGS="$(FUZZ_FLAGS)" $(CARGO) build --quiet --profile fuzz -p fuzz --target "$(HOST)" --target-dir "$(CACHE)/fuzz/build"
	@for target in $(FUZZ_TARGETS); do \
	  echo "== $$target"; mkdir -p "$(CACHE)/fuzz/found/$$target" tests/fuzz/corpus/$$target; \
	  FUZZ_TARGET=$$target "$(CACHE)/fuzz/build/$(HOST)/fuzz/fuzz" -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
	    -rss_limit_mb=512 -max_len=32768 -verbosity=0 -print_final_stats=1 -artifact_prefix=tests/fuzz/corpus/$$target/ \
	    "$(CACHE)/fuzz/found/$$target" tests/fuzz/corpus/$$target "$(CACHE)/fuzz/seeds/$$target" || exit 1; \
	done

.PHONY: packages-pcsc packages-bare packages-browser packages-forms packages-exports
packages-pcsc:
	@tests/need-packages $(PCSC_PACKAGES)
packages-bare:
	@tests/need-packages $(BARE_PACKAGES)
packages-browser:
	@tests/need-packages $(BROWSER_PACKAGES)
packages-forms:
	@tests/need-packages $(FORM_PACKAGES)
packages-exports:
	@tests/need-packages $(EXPORT_PACKAGES)
