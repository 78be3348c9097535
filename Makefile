# One environment, made once, and one for measuring beside other libraries; each target installs what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
BENCH  := .venv-bench
# As many tests at once as there are processors, each worker with a PostgreSQL of its own.
PARALLEL := --numprocesses auto --dist worksteal
DEMO   := tests/cases/qixia-hushan-20210110.yaml

.PHONY: postgresql fonts demo test test-all lint types check reference bench clean

NEW_ENOUGH = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
  { echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }

$(VENV)/.installed: pyproject.toml
	@$(NEW_ENOUGH)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group test
	@touch $@

$(VENV)/.installed-lint: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --group lint
	@touch $@

# What the other library pins would bind us: its environment is its own.
$(BENCH)/.installed: pyproject.toml
	@$(NEW_ENOUGH)
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BENCH)/bin/python -m pip install --quiet --editable . --group bench
	@touch $@

# Installed where it is missing and can be; otherwise the tests that need it are skipped, and in CI this fails.
postgresql:
	@tests/install-postgres

# The same for what the tests of documents need.
fonts:
	@tests/install-fonts

# A real case in a store of its own, thrown away afterwards.
demo: $(VENV)/.installed
	@set -e; store=$$(mktemp -d); trap 'rm -rf "$$store"' EXIT; \
	export EMERGENCY_DB="sqlite:///$$store/demo.db" EMERGENCY_CONFIG="$$store/config.json"; \
	echo '$$ emergency timeline import $(DEMO)'; $(BIN)/emergency timeline import $(DEMO); echo; \
	echo '$$ emergency show qixia'; $(BIN)/emergency show qixia; echo; \
	echo '$$ emergency audit findings qixia'; $(BIN)/emergency audit findings qixia || [ $$? -eq 1 ]

test: $(VENV)/.installed-test postgresql fonts
	$(BIN)/python -m pytest -m "not long" $(PARALLEL)

test-all: $(VENV)/.installed-test postgresql fonts
	$(BIN)/python -m pytest $(PARALLEL)

lint: $(VENV)/.installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=src:cli $(BIN)/lint-imports --no-cache

types: $(VENV)/.installed-lint
	$(BIN)/mypy

check: lint types test

# Rules, commands, events, errors as pages for reading; a test asks for them whenever one of them changed.
reference: $(VENV)/.installed-test
	$(BIN)/emergency rules reference --output docs/rules/reference
	$(BIN)/python -m tests.docs.reference

bench: $(BENCH)/.installed postgresql fonts
	$(BENCH)/bin/python -m benchmarks.assessment
	$(BENCH)/bin/python -m benchmarks.documents
	$(BENCH)/bin/python -m benchmarks.start
	$(BENCH)/bin/python -m benchmarks.board
	$(BENCH)/bin/python -m benchmarks.store

clean:
	rm -rf $(VENV) $(BENCH) .mypy_cache .ruff_cache .pytest_cache .hypothesis
