# Everything needs Python 3.11 or newer and make; .venv is set up from requirements.lock on first use.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test check ui clean bench help

help:     ## list the targets
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:[^#]*##/ —/'

demo: $(READY)   ## rehearse the whole pipeline against the sandbox and publish published/marts.duckdb
	@$(BIN)/warehouse demo

test: $(READY)   ## all tests; FAST=1 leaves out the long ones
	$(BIN)/python -m pytest $(if $(FAST),-m "not slow")

check: $(READY)  ## lint Python and SQL, parse the dbt project
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models
	$(BIN)/python -m orchestration.transform

ui: $(READY)     ## Dagster on loopback, over the same warehouse
	@$(BIN)/warehouse ui

bench: .venv/.benchmarks  ## measure the goals against their references
	$(BIN)/python -m benchmarks

clean:    ## remove what the demo left here, and the environment; captures of real accounts are never removed
	@test ! -d landing || test -e .warehouse/rehearsal || { echo "landing/ holds captures of real accounts: remove it by hand" >&2; exit 1; }
	rm -rf .venv .warehouse warehouse.duckdb* published landing dbt_project/target dbt_project/logs

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: set PYTHON=..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "setting up .venv (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.benchmarks: $(READY) benchmarks/requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r benchmarks/requirements.lock
	@touch $@
