# Everything needs Python 3.11 or newer and make; .venv is set up from requirements.lock on first use.
PYTHON ?= python3
# What a change is compared with before it is merged.
BASE ?= main
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test check ui dashboard clean bench soak sbom spark-test superset-test help

help:     ## list the targets
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:[^#]*##/ —/'

demo: $(READY)   ## rehearse the whole pipeline against the sandbox and publish published/marts.duckdb
	@$(BIN)/warehouse demo

test: $(READY) .venv/.dashboard   ## all tests; FAST=1 leaves out the long ones
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(if $(FAST),-m "not slow")

check: $(READY)  ## lint Python and SQL, parse the dbt project, hold its laws, judge the KPI registry against BASE
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models
	$(BIN)/python -m pytest tests/conventions
	$(BIN)/warehouse kpi check --against $(BASE)

ui: $(READY)     ## Dagster on loopback, over the same warehouse
	@$(BIN)/warehouse ui

dashboard: .venv/.dashboard  ## the pages for readers on loopback, over the same publication
	@$(BIN)/warehouse dashboard

bench: .venv/.benchmarks  ## measure the goals against their references
	$(BIN)/python -m benchmarks

soak: $(READY)   ## kill runs at random 500 times in half an hour, and check what each leaves
	$(BIN)/python -m tests.faults.soak

sbom: $(READY)   ## list every locked package with version and hashes in sbom.json (CycloneDX)
	$(BIN)/python -m orchestration.sbom requirements.lock sbom.json

spark-test: .venv/.spark .venv-spark/.ready  ## the whole day on a Spark cluster of its own, compared with DuckDB's
	@command -v java >/dev/null || { echo "Java 17 is needed for Spark: install a JRE" >&2; exit 1; }
	$(BIN)/python -m pytest -rs tests/scale_out

superset-test: .venv/.dashboard .venv-superset/.ready  ## Apache Superset over a publication, as docs/bi.md says
	$(BIN)/python -m pytest -rs tests/superset

clean:    ## remove what the demo left here, and the environment; captures of real accounts are never removed
	@test ! -d landing || test -e .warehouse/rehearsal || { echo "landing/ holds captures of real accounts: remove it by hand" >&2; exit 1; }
	rm -rf .venv .venv-spark .venv-superset .warehouse warehouse.duckdb* ledger.duckdb* lake published landing dbt_project/target dbt_project/logs

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

.venv/.dashboard: $(READY) dashboard/requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r dashboard/requirements.lock
	@touch $@

.venv/.spark: $(READY) tests/scale_out/client.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tests/scale_out/client.lock
	@touch $@

.venv-spark/.ready: tests/scale_out/server.lock
	@test -x .venv-spark/bin/python || $(PYTHON) -m venv .venv-spark
	@echo "setting up .venv-spark (half a gigabyte, a minute or two)"
	@.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check setuptools wheel
	@.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-build-isolation -r tests/scale_out/server.lock
	@touch $@

.venv-superset/.ready: tests/superset/requirements.lock
	@test -x .venv-superset/bin/python || $(PYTHON) -m venv .venv-superset
	@echo "setting up .venv-superset (0.7 GB, some minutes)"
	@.venv-superset/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tests/superset/requirements.lock
	@touch $@
