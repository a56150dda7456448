# Each target sets up all it needs. `make` alone lists them.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PEER := tests/federation/peer
TOOLS := tests/browser/tools
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Where Python may not keep what it compiled, each of the hundred commands that tests start compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run demo test check words look bench clean

help: ## list what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(VENV)/.run ## a portfolio of your own on http://127.0.0.1:8000, made on the first run
	@test -f config.toml || fedi-artisan init \
		--origin http://127.0.0.1:$(PORT) --listen 127.0.0.1:$(PORT) --username atelier --name "My workshop"
	@exec fedi-artisan serve

demo: $(VENV)/.run ## the sample portfolio on http://127.0.0.1:8001, gone again when you stop it
	@exec fedi-artisan demo $(if $(filter file,$(origin PORT)),,--port $(PORT))

check: $(VENV)/.dev ## what can be said without running: ruff, mypy, import-linter
	ruff check .
	ruff format --check .
	mypy
	lint-imports --no-logo

test: check $(VENV)/.dev $(PEER)/node_modules/.package-lock.json $(TOOLS)/node_modules/.package-lock.json browser ## everything: check, unit, inbox, federation with a foreign server, pages in a browser, faults
	pytest --numprocesses auto --dist worksteal

words: $(VENV)/.dev ## what pages say, into the catalogues of locales/ for translators
	python -m tests.words

look: $(VENV)/.dev browser ## a picture of every page, in every width, light, language, with scripts and without
	python -m tests.browser.look artefacts/pages

bench: $(VENV)/.dev browser ## what it costs, beside its limits
	python -m bench

clean: ## forget all that was made, but not your data
	rm -rf $(VENV) $(PEER)/node_modules $(TOOLS)/node_modules dist artefacts .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

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

# Installs a Debian package, or says plainly which one is missing.
define apt
{ [ "$$(id -u)" = 0 ] || sudo -n true 2>/dev/null; } \
	&& $$([ "$$(id -u)" = 0 ] || echo sudo) sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(1) >/dev/null' \
	|| { echo "$(1) is missing and could not be installed; on Debian: apt-get install $(1)"; exit 1; }
endef
