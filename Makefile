# The commands of the project. `make` alone lists them. All paths are relative, so the folder may have any name.

.DEFAULT_GOAL := help
.PHONY: help run demo test check bench bench-analytics bench-jobs verify-long clean runtime environment peers
MAKEFLAGS += --no-print-directory --no-builtin-rules
SHELL := /bin/sh

TOOLS := .daybook/tools
UV := $(TOOLS)/bin/uv
BIN := .venv/bin

# The environment is made by a uv of our own from uv.lock, with a Python of this machine, and without a home folder.
export UV_CACHE_DIR ?= .daybook/cache
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON := $(TOOLS)/bin/python
export UV_NO_PROGRESS := 1
export UV_COMPILE_BYTECODE := 1
unexport VIRTUAL_ENV PYTHONHOME
# Without bytecode every command of a test would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE

help: ## list these commands
	@echo "make <command>:"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1#\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'#' '{ printf "%-17s %s\n", $$1, $$2 }'

run: runtime ## serve on http://127.0.0.1:8000 with a PostgreSQL of its own (or DATABASE_URL, or STORAGE=memory)
	@exec $(BIN)/daybook serve

demo: runtime ## serve a made-up bookshop from memory
	@exec $(BIN)/daybook demo

test: environment ## run all tests but the long ones
	@$(BIN)/pytest -q --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: environment ## lint, types, import rules, lock file, migrations, and what the released API promised
	@echo "ruff" && $(BIN)/ruff check --quiet .
	@echo "ruff format" && $(BIN)/ruff format --quiet --check .
	@echo "mypy" && $(BIN)/mypy --no-error-summary
	@echo "import-linter" && $(BIN)/lint-imports --no-logo >.daybook/imports.log || { cat .daybook/imports.log; exit 1; }
	@echo "uv.lock" && $(UV) lock --check --quiet
	@echo "migrations" && $(BIN)/pytest -q --no-header tests/integration/test_migrations.py -k "very_tables or does_not_differ" >.daybook/drift.log 2>&1 || { cat .daybook/drift.log; exit 1; }
	@echo "openapi" && for each in docs/reference/openapi/*.json; do \
		$(BIN)/daybook openapi --against "$$each" 2>.daybook/openapi.log || { cat .daybook/openapi.log; exit 1; }; \
	done

bench: peers ## compare with other stacks on this machine
	@$(BIN)/python -m tests.benchmarks.compare

bench-jobs: environment ## how soon a job begins, how many a second, and what asking for one costs
	@$(BIN)/python -m tests.benchmarks.jobs

bench-analytics: environment ## each report on a shop of 5 million order lines, beside pandas, DuckDB and Polars by hand
	@$(BIN)/python -m tests.benchmarks.analytics

verify-long: environment ## the tests that take long: thousands of histories, hundreds of kills
	@$(BIN)/pytest -q -m long
	@DAYBOOK_HISTORIES=3000 $(BIN)/pytest -q tests/unit/domain/analytics
# 10,000 histories on memory, PostgreSQL and DuckDB, 500 on fakesnow.
	@DAYBOOK_HISTORIES=10000 $(BIN)/pytest -q tests/contract/test_purchases_drawn.py
	@DAYBOOK_HISTORIES=1700 $(BIN)/pytest -q tests/contract/test_in_step.py tests/contract/test_in_step_people.py \
		tests/contract/test_reviews_contract.py tests/contract/test_merges_contract.py tests/contract/test_segments_contract.py

clean: ## remove the environment and all caches; the data in .daybook/postgres stays
	@rm -rf .venv $(TOOLS) .daybook/cache .daybook/*.log .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# What `make run` needs, in two thirds of the space; the whole environment has it too.
runtime: $(UV)
	@if [ ! .venv/.whole -nt uv.lock ] && [ ! .venv/.runtime -nt uv.lock ]; then \
		echo "Installing what Daybook needs from uv.lock (the first time only) ..." >&2; \
		$(UV) sync --quiet --frozen --no-default-groups --extra embedded --extra otlp --extra exports --extra charts --extra models --extra warehouse && touch .venv/.runtime; \
	fi

environment: $(UV)
	@if [ ! .venv/.whole -nt uv.lock ]; then \
		echo "Installing the whole environment from uv.lock (the first time only) ..." >&2; \
		$(UV) sync --quiet --frozen --all-extras --all-groups --no-group bench && touch .venv/.whole .venv/.runtime; \
	fi

# The stacks that are compared with stay out of the tests: dependency-injector imports FastAPI at each start where it is.
peers: environment
	@if [ ! .venv/.peers -nt uv.lock ]; then \
		echo "Installing the stacks to compare with from uv.lock (the first time only) ..." >&2; \
		$(UV) sync --quiet --frozen --all-extras --all-groups && touch .venv/.peers; \
	fi

$(UV): requirements-uv.txt
	@python=; for each in python3.13 python3.12 python3.11 python3; do \
		if $$each -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			python=$$each; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Daybook needs Python 3.11 or later with its venv module. Install it" >&2; \
		echo "(Debian and Ubuntu: apt install python3 python3-venv; macOS: brew install python) and try again." >&2; \
		exit 1; \
	fi; \
	rm -rf $(TOOLS) && mkdir -p .daybook && \
	$$python -m venv $(TOOLS) && \
	$(TOOLS)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --only-binary :all: \
		-r requirements-uv.txt && \
	touch $(UV)
