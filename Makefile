# `make` prints what there is. Nothing but make, git and Python 3.11 or newer is needed beforehand.
PYTHON ?= python3
PORT ?= 5000
BIN := .venv/bin
export PORT
# Whatever the shell says: the second half of the tests, and every process a test starts, then find
# compiled what the first half imported.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo run test faults look check format docs lock migration screenshots bench

help: ## print this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/installed ## set up, load made-up data, and open on 127.0.0.1 (PORT=5000)
	$(BIN)/flask demo --port $(PORT)

run: .venv/installed ## set up and serve for real (asks a few questions the first time)
	$(BIN)/flask serve --port $(PORT)

test: .venv/tools ## set up and run every test
	tests/prepare
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal --database postgresql -m "not browser and not faults and not look"

faults: .venv/tools ## break things on purpose: long tests with real processes and servers
	tests/prepare
	$(BIN)/python -m pytest tests/faults -m faults
	$(BIN)/python -m pytest tests/faults -m faults --database postgresql

look: .venv/tools ## open every page in a browser, in every theme and width; pictures in build/gallery
	tests/prepare
	$(BIN)/python -m pytest tests/browser -m "browser or look" --gallery

check: .venv/tools ## what has to be true before a change lands
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: .venv/tools ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/tools ## write the tables of settings and jobs into docs/operations.md
	$(BIN)/python -m docs.tables

# For every Python from 3.11 on and every machine: whichever wheel is fetched, its hash is there.
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --no-config \
	--universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url

lock: .venv/tools ## lock requirements*.in with the hashes of all they need (OPTIONS="--upgrade")
	$(LOCK) $(OPTIONS) requirements.in --output-file requirements.txt
	$(LOCK) $(OPTIONS) requirements-dev.in --output-file requirements-dev.txt

migration: .venv/tools ## write a migration from the models (m="Add what")
	$(BIN)/flask db migrate -m "$(m)"

bench: .venv/tools ## measure everything against its goals (OPTIONS="--quick" or "--large")
	$(BIN)/python -m benchmarks $(OPTIONS)

screenshots: .venv/tools ## take the pictures of the README again
	$(BIN)/python -m tests.browser.screenshots

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/tools: .venv/installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
