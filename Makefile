# Foureyes. `make` lists what it can do; ARGS adds words to a command: make test ARGS="tests/actions -k submit"

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test lint types bench screenshots messages clean

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.installed ## Start the portal on http://127.0.0.1:8000 (PORT, HOST, DATA_DIR, DATABASE_URL, DEMO: docs/settings.md)
	@exec $(BIN)/python manage.py run_portal $(ARGS)

test: $(VENV)/.installed-tests ## Run every test, on SQLite and on PostgreSQL
	@$(BIN)/python tests/support/run.py $(ARGS)

lint: $(VENV)/.installed-tests ## Check the style of code and templates (part of make test)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/djlint --quiet --lint templates governance actions reviews

types: $(VENV)/.installed-tests ## Check the types (part of make test)
	@$(BIN)/mypy

bench: $(VENV)/.installed-tests ## Measure submits and polls against a bare endpoint, the rules, and replays
	@$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(VENV)/.installed-tests ## Take the pictures of docs/screenshots, of a portal of their own
	@$(BIN)/python -m tests.support.screenshots

messages: $(VENV)/.installed-tests ## Bring the translations up to date with the words of code and templates
	@$(BIN)/python -m tests.support.messages

clean: ## Remove the virtual environment and caches; data in var/ stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# -- The virtual environment: made once, installed again only when its list of packages has changed ---------

INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "Foureyes needs Python 3.11 or newer; name it with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing requirements.txt ..."
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.installed-tests: tests/requirements.txt requirements.txt | $(BIN)/python
	@echo "Installing tests/requirements.txt ..."
	@$(INSTALL) -r tests/requirements.txt
	@touch $@ $(VENV)/.installed
