# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
WORDS := $(patsubst %.po,%.mo,$(wildcard src/policyserve/locale/*/LC_MESSAGES/policyserve.po))

.PHONY: demo test check bench words lock format clean

demo: .venv/ready $(WORDS) ## set everything up, then run the whole job on a generated book
	$(BIN)/policyserve demo

test: .venv/ready $(WORDS) ## set everything up, then run every test on SQLite and PostgreSQL
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist worksteal $(ARGS)

check: .venv/ready $(WORDS) ## lint, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready $(WORDS) ## each figure against its floor, in the same run
	$(BIN)/python -m benchmarks $(ARGS)

words: .venv/ready ## collect what is said, bring the catalogues up to date, compile them
	$(BIN)/python -m words

%.mo: %.po .venv/ready
	$(BIN)/python -m words compile

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "policyserve needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

lock: ## resolve the dependencies again; the lock names no host
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 --upgrade \
	    --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o requirements.lock

format: .venv/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .cache
