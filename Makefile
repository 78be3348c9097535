# One environment, made once; each target installs what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   := tests/cases/qixia-hushan-20210110.yaml

.PHONY: demo test test-all lint types check reference bench clean

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
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

# A real case in a store of its own, thrown away afterwards.
demo: $(VENV)/.installed
	@set -e; store=$$(mktemp -d); trap 'rm -rf "$$store"' EXIT; \
	export EMERGENCY_DB="sqlite:///$$store/demo.db" EMERGENCY_CONFIG="$$store/config.json"; \
	echo '$$ emergency timeline import $(DEMO)'; $(BIN)/emergency timeline import $(DEMO); echo; \
	echo '$$ emergency show qixia'; $(BIN)/emergency show qixia; echo; \
	echo '$$ emergency audit findings qixia'; $(BIN)/emergency audit findings qixia || [ $$? -eq 1 ]

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -m "not long"

test-all: $(VENV)/.installed-test
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=src:cli $(BIN)/lint-imports --no-cache

types: $(VENV)/.installed-lint
	$(BIN)/mypy

check: lint types test

# The rules as pages for reading; a test asks for them whenever a rule changed.
reference: $(VENV)/.installed
	$(BIN)/emergency rules reference --output docs/rules/reference

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks.assessment

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
