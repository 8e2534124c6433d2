# make dev and make test are all one needs; each prepares what is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOG := $(VENV)/setup.log
MADE := $(VENV)/.made
PACKAGES := $(VENV)/.packages
AZURITE := dev/node_modules/.installed

# Node reads the system's certificates as pip does, so that a company's proxy is trusted.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" NODE_USE_SYSTEM_CA=1 npm --prefix dev
RUN := $(BIN)/python -m
CODE := functions shared support dev tests function_app.py

fail = { echo "$(1)" >&2; exit 1; }

CHROMIUM = @command -v chromium >/dev/null || $(call fail,The tests drive Chromium: apt-get install chromium.)

.PHONY: help setup dev dev-reset test test-long coverage screenshots fuzz bench fmt clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

setup: $(PACKAGES) $(AZURITE)  ## install what development needs, here in the checkout only
	@:

$(MADE):
	@command -v $(PYTHON) >/dev/null || $(call fail,Python 3.11 or newer is needed; there is no $(PYTHON) on this machine.)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| $(call fail,Python 3.11 or newer is needed; $(PYTHON) is older: try make PYTHON=python3.13.)
	@$(PYTHON) -c 'import ensurepip; import venv' 2>/dev/null \
		|| $(call fail,Python's venv module is missing: on Debian and Ubuntu install python3-venv.)
	@echo "Making a virtual environment in $(VENV)…"
	@$(PYTHON) -m venv --clear $(VENV) || $(call fail,The virtual environment could not be made in $(VENV).)
	@touch $@

$(PACKAGES): $(MADE) requirements.txt requirements-dev.txt requirements-runtime.txt
	@echo "Installing Python packages (about a minute)…"
	@$(RUN) pip install --disable-pip-version-check -r requirements-dev.txt >$(LOG) 2>&1 \
		&& $(RUN) pip install --disable-pip-version-check --no-deps --ignore-requires-python \
			-r requirements-runtime.txt >>$(LOG) 2>&1 \
		|| $(call fail,The Python packages could not be installed; is there a network? Details: $(LOG))
	@touch $@

$(AZURITE): $(PACKAGES) dev/package.json dev/package-lock.json
	@echo "Installing Azurite, the local table storage, and axe (about half a minute)…"
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --prefer-offline --no-update-notifier \
		--fetch-retry-mintimeout 1000 --fetch-retry-maxtimeout 5000 >$(LOG) 2>&1 \
		|| $(call fail,Azurite and axe could not be installed from npm; is there a network? Details: $(LOG))
	@touch $@

dev: setup  ## serve the app at http://localhost:7071 with everything it needs
	@$(RUN) dev serve

dev-reset: setup  ## drop the local data; the next make dev starts afresh
	@$(RUN) dev reset

test: setup  ## everything that means clean: format, lint, types, imports, tests
	$(CHROMIUM)
	@echo "Format…" && $(RUN) ruff format --check --quiet $(CODE) \
		|| $(call fail,Some files are not formatted: run make fmt.)
	@echo "Lint…" && $(RUN) ruff check --quiet $(CODE)
	@echo "Types…" && $(RUN) mypy
	@echo "Imports…" && $(BIN)/lint-imports --no-logo
	@echo "Tests…" && $(RUN) pytest -n 4

test-long: setup  ## the tests again, with far longer random histories
	$(CHROMIUM)
	@$(RUN) pytest -n 3 --hypothesis-profile=long

coverage: setup  ## the tests again, more slowly, and the lines that none of them runs
	$(CHROMIUM)
	@$(RUN) pytest -n 3 --cov

screenshots: setup  ## pictures of every page and state, in .screenshots
	$(CHROMIUM)
	@rm -rf .screenshots && $(RUN) pytest -n 2 -q tests/browser/test_looks*.py --screenshots .screenshots

fuzz: setup  ## spoil tens of thousands of webhooks, and look for what they break
	@$(RUN) tests.fuzz

bench: setup  ## count storage operations per journey, and time them beside the floor
	@$(RUN) dev.bench

fmt: setup  ## format, and fix what the linter can fix
	@$(RUN) ruff check --fix --quiet $(CODE); $(RUN) ruff format $(CODE)

clean:  ## remove what was installed or left by tools; local data stays
	@rm -rf $(VENV) dev/node_modules .screenshots .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache htmlcov
	@find . -name __pycache__ -prune -exec rm -rf {} +
