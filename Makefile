# Two commands do everything on a machine with Python 3.11 and make: `make once` and `make test`.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p && break; done)
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: once demo test check quality bench clean

once: .venv/installed  ## one full round on this checkout as its own workspace
	@$(BIN)/monitor init . --quiet
	$(BIN)/monitor once

demo: .venv/installed  ## the same round, offline, on sample feeds from a local server
	@$(BIN)/python -m tests.demo

test: .venv/installed-dev  ## every test; what this machine lacks is skipped with its reason
	$(BIN)/python -m pytest -q -n 2

check: .venv/installed-dev  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

quality: .venv/installed  ## how well the classifiers tell stories apart that they never saw; fails below the floors of classifiers/
	$(BIN)/monitor -w . classifiers evaluate

bench: .venv/installed-dev  ## what it costs; prints the tables of docs/performance.md and docs/quality.md
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "monitor needs Python 3.11 or newer; name one with: make PYTHON=/usr/bin/python3.11 once" >&2; exit 3; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv \
	  || { echo "no virtual environment could be made; on Debian: apt install python3-venv" >&2; exit 3; }
	@echo "installing the pinned dependencies into .venv (once, about a minute)"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock
	@touch $@
