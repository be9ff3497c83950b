# Two commands for newcomers: `make run` and `make test`. Everything else is for daily work.
# The virtual environments are rebuilt when a lock file changes. Nothing but Python >= 3.11, git and make is needed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAMPLE := klar-example
KLAR := KLAR_CONFIG=$(EXAMPLE)/klar.toml $(BIN)/klar
PEER := .venv-peer
WORKERS := $(shell $(PYTHON) -c 'import os; print(os.cpu_count() or 1)')

.PHONY: run test cover quick lint format types imports bench lock clean

run: $(VENV)/.run
	@test -e $(EXAMPLE)/klar.toml || $(BIN)/klar init $(EXAMPLE) --example kaiserslautern
	@$(KLAR) db upgrade
	@# 2 = a plan waits for a person: no reason not to serve what is published
	@$(KLAR) harvest || test $$? -eq 2
	@# 2 = the audit holds a release; what has not changed makes none
	@$(KLAR) cubes publish veranstaltungszahlen demonstration-ruetschhofstrasse --reason "Stand des Beispiels" --by beispiel || test $$? -eq 2
	$(KLAR) serve

test: $(VENV)/.test $(PEER)/.done lint types imports
	$(BIN)/pytest -n $(WORKERS) --dist worksteal tests

# Counting branches doubles the time: for whoever wants to know what no test reaches.
cover: $(VENV)/.test
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal tests
	$(BIN)/coverage combine -q
	$(BIN)/coverage report | tail -n 40

quick: $(VENV)/.test lint
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not slow and not browser" tests

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.test
	$(BIN)/mypy

imports: $(VENV)/.test
	$(BIN)/lint-imports

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

# `uv` is only needed to move the locks, never to use them. No index URL is written.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  tests/peers/sensorthings/requirements.in -o tests/peers/sensorthings/requirements.lock

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("klar braucht Python 3.11 oder neuer / klar needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run

# A real SensorThings server to harvest in tests, in an environment of its own: it must not decide about our packages.
$(PEER)/.done: tests/peers/sensorthings/requirements.lock
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

clean:
	rm -rf $(VENV) $(PEER) $(EXAMPLE) .coverage* .mypy_cache .ruff_cache .hypothesis .import_linter_cache
