# Each target sets up all it needs. `make` alone lists them.

PYTHON ?= python3
PORT ?= 8000
# How long a soak lasts, how often each fault is injected after it, and how long what comes in is in wrong forms.
SOAK_MINUTES ?= 30
FAULT_TIMES ?= 20
FUZZ_MINUTES ?= 30
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PEER := tests/federation/peer
TOOLS := tests/browser/tools
FRONTS := $(CURDIR)/.cache/fronts
# What others made and the tests speak with: each has a target below that installs it where it is missing.
FOREIGN := $(PEER)/node_modules/.package-lock.json $(TOOLS)/node_modules/.package-lock.json \
	browser authority units fronts breaking age
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Where Python may not keep what it compiled, each of the hundred commands that tests start compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run demo test check audit update release try-install try-container words look bench soak fuzz clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

run: $(VENV)/.run ## a portfolio of your own on http://127.0.0.1:8000, made on the first run
	@test -f config.toml || fedi-artisan --config config.toml init \
		--origin http://127.0.0.1:$(PORT) --listen 127.0.0.1:$(PORT) --username atelier --name "My workshop"
	@exec fedi-artisan serve

demo: $(VENV)/.run ## the sample portfolio on http://127.0.0.1:8001 and two neighbours, gone again when you stop it
	@exec fedi-artisan demo $(if $(filter file,$(origin PORT)),,--port $(PORT))

check: $(VENV)/.dev ## what can be said without running: ruff with bandit's rules, mypy, import-linter, known weaknesses
	@python -m tests.audit & audit=$$!; set -ex; \
	ruff check .; ruff format --check .; mypy; lint-imports --no-logo; wait $$audit

audit: $(VENV)/.dev ## whether a weakness is known of anything that is installed; fails where nobody can be asked
	python -m tests.audit --strict

update: $(VENV)/.dev ## the newest versions of all that is used, as far as pyproject.toml allows, into constraints.txt
	rm -rf .cache/newest && uv venv --quiet --python $(BIN)/python .cache/newest
	uv pip install --quiet --python .cache/newest --editable '.[dev]'
	uv pip freeze --quiet --python .cache/newest --exclude-editable > .cache/constraints.txt
	mv .cache/constraints.txt constraints.txt && rm -rf .cache/newest
	@echo "Look at what has changed with git diff constraints.txt, then: make audit test"

release: audit $(VENV)/.dev ## wheel and source into dist/, with a list of all that is in them (SBOM, CycloneDX) and checksums
	rm -rf dist && python -m build --installer uv --outdir dist
	uv venv --quiet --python $(BIN)/python dist/environment
	uv pip install --quiet --python dist/environment --constraint constraints.txt dist/*.whl
	cyclonedx-py environment dist/environment --pyproject pyproject.toml --output-reproducible \
		--output-file $$(echo dist/*.whl | sed 's/-py3.*//').cdx.json
	rm -rf dist/environment && cd dist && sha256sum *.whl *.tar.gz *.cdx.json > SHA256SUMS && cat SHA256SUMS

test: check $(VENV)/.dev $(FOREIGN) ## everything: check, unit, inbox, federation with a foreign server, pages in a browser, faults
	pytest --numprocesses auto --dist worksteal

try-install: $(VENV)/.dev authority fronts ## docs/install.md, typed on a bare Debian with systemd, and looked at from outside
	@command -v mmdebstrap >/dev/null || { echo "Installing mmdebstrap …"; $(call apt,mmdebstrap); }
	python -m tests.install.fresh

try-container: $(VENV)/.dev ## the image built and run, on a machine with podman, buildah and mmdebstrap
	@for needed in podman buildah mmdebstrap; do \
		command -v $$needed >/dev/null || { echo "Installing $$needed …"; $(call apt,podman buildah mmdebstrap runc); }; done
	python -m tests.install.container

words: $(VENV)/.dev ## what pages say, into the catalogues of locales/ for translators
	python -m tests.words

look: $(VENV)/.dev browser ## a picture of every page, in every width, light, language, with scripts and without
	python -m tests.browser.look artefacts/pages

bench: $(VENV)/.dev browser ## what it costs, beside its limits
	python -m bench

soak: $(VENV)/.dev breaking ## the load of a busy day for half an hour (SOAK_MINUTES=…), every fault at length (FAULT_TIMES=…), then fuzz
	python -m tests.soak --minutes $(SOAK_MINUTES) --json artefacts/soak.json
	python -m tests.faults --all --times $(FAULT_TIMES) --json artefacts/faults.json
	python -m tests.faults.kill --kills $$(( 10 * $(FAULT_TIMES) ))
	python -m tests.faults.photo_kill --kills $$(( 10 * $(FAULT_TIMES) ))
	$(MAKE) fuzz

fuzz: $(VENV)/.dev ## whatever comes from outside, in wrong forms without end, for half an hour (FUZZ_MINUTES=…)
	python -m tests.fuzz --all --minutes $(FUZZ_MINUTES) --json artefacts/fuzz.json

clean: ## forget all that was made, but not your data
	rm -rf $(VENV) $(PEER)/node_modules $(TOOLS)/node_modules dist artefacts .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "fedi-artisan needs Python 3.11 or newer. Name yours: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); $(call apt,python3-venv) && $(PYTHON) -m venv $(VENV); }

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing what fedi-artisan needs …"
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing what fedi-artisan and its tests need …"
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.run

%/node_modules/.package-lock.json: %/package.json %/package-lock.json $(VENV)/.dev
	@echo "Installing the npm packages of $* …"
	@cd $* && npm ci --silent --no-audit --no-fund || { \
		echo "They could not be installed from the npm registry; the tests with them need it."; exit 1; }
	@touch $@

.PHONY: browser
browser:
	@command -v chromium >/dev/null || { echo "Installing Chromium, the browser of the tests …"; $(call apt,chromium); }

.PHONY: units
units:
	@command -v systemd-analyze >/dev/null || { echo "Installing systemd, whose reader of units the tests ask …"; $(call apt,systemd); }

.PHONY: authority
authority:
	@command -v pebble >/dev/null || { echo "Installing pebble, the certificate authority of the tests …"; $(call apt,pebble); }

.PHONY: breaking
breaking:
	@for needed in strace unshare:util-linux fsfreeze:util-linux ip:iproute2 mkfs.ext4:e2fsprogs; do \
		command -v $${needed%:*} >/dev/null || { echo "Installing $${needed#*:} …"; $(call apt,$${needed#*:}); }; done

.PHONY: age
age:
	@command -v age >/dev/null || { echo "Installing age, which opens what we have sealed …"; $(call apt,age); }

# Unpacked beside the checkout instead of installed: what is installed starts, and takes port 80 of this machine.
.PHONY: fronts
fronts:
	@tests/fronts/fetch.sh $(FRONTS)

# Installs a Debian package, or says plainly which one is missing.
define apt
{ [ "$$(id -u)" = 0 ] || sudo -n true 2>/dev/null; } \
	&& $$([ "$$(id -u)" = 0 ] || echo sudo) sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(1) >/dev/null' \
	|| { echo "$(1) is missing and could not be installed; on Debian: apt-get install $(1)"; exit 1; }
endef
