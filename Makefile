# Thin: each target says what to run; the work is in the programs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

.PHONY: setup demo test check format bench lock assets

# The environment alone: locked, hashed dependencies and this checkout, leaving .venv/bin/loadstone.
setup: $(VENV)/.setup

# Everything from nothing: PostgreSQL, Valkey, demo data, server.
demo: setup
	exec $(BIN)/loadstone demo

# Lint, types, one-way imports, then the whole test suite.
test: check
	-$(BIN)/python tests/support/programs.py chromium
	-$(BIN)/python tests/support/programs.py pgbouncer
	-$(BIN)/python tests/support/programs.py nodejs npm
	$(BIN)/pytest -n 2 --dist loadfile

check: $(VENV)/.setup-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.setup-test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.setup-test
	$(BIN)/python -m benchmarks.many_tables
	$(BIN)/python -m benchmarks.many_tables --roles 50
	$(BIN)/python -m benchmarks.own_cost
	$(BIN)/python -m benchmarks.persisted
	$(BIN)/python -m benchmarks.cost_estimates
	$(BIN)/python -m benchmarks.strategies
	$(BIN)/python -m benchmarks.statements --readme
	$(BIN)/python -m benchmarks.identity --readme
	$(BIN)/python -m benchmarks.techniques --readme
	$(BIN)/python -m benchmarks.compression --readme
	$(BIN)/python -m benchmarks.budgets --readme
	$(BIN)/python -m benchmarks.greedy --readme
	$(BIN)/python -m benchmarks.writes
	$(BIN)/python -m benchmarks.depth --readme
	$(BIN)/python -m benchmarks.peers --ceiling --readme

# The locks, after a change of dependencies.
lock: $(VENV)/.setup-test
	$(COMPILE) --extra demo --extra granian pyproject.toml -o requirements/runtime.txt
	$(COMPILE) requirements/build.in -o requirements/build.txt
	$(COMPILE) -c requirements/runtime.txt requirements/test.in -o requirements/test.txt

# GraphiQL's bundle in ui/dist, after a change of its sources; needs Node.
assets:
	cd ui && npm ci && npm run build

$(VENV)/.setup: requirements/runtime.txt requirements/build.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Loadstone needs Python 3.11 or later.")'
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.setup-test: $(VENV)/.setup requirements/test.txt
	$(INSTALL) --require-hashes -r requirements/test.txt
	touch $@
