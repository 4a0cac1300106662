"""The pipeline as Dagster sees it: each asset body gets, writes and reports; the work is in the stage modules."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from connectors import SOURCES
from connectors.files import KINDS
from connectors.streams import Source, Stream
from orchestration import accounts, gate, inbox, ingest, lineage, publish, raw, transform
from orchestration.settings import DBT_PROJECT, Problem, Settings

log = ingest.log
POOL = "warehouse"
CANDIDATE = "candidate"
OWNERS = ["team:data-platform"]
ONE_RUN = dg.BackfillPolicy.single_run()
PATIENCE = dg.RetryPolicy(max_retries=1, delay=30)
KIND_IN_WORDS = {
    "window": "Any past day can be asked for.",
    "snapshot": "Only the present can be asked for, so each capture is kept.",
    "expiring": "Gone within a day at the source, so what a run doesn't capture is lost.",
}


def days_of(context) -> list[date]:
    """Return the days of the run, one or a range."""
    return [date.fromisoformat(key) for key in context.partition_keys]


def landing_assets(settings: Settings, source: Source, days: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the step that asks `source` and lands what it answers, an asset a stream."""
    names = {dg.AssetKey(["landing", source.name, stream.name]): stream.name for stream in source.streams}

    @dg.multi_asset(
        name=f"{source.name}_landing",
        specs=[_landing_spec(source, stream) for stream in source.streams],
        partitions_def=days,
        backfill_policy=ONE_RUN,
        can_subset=True,
    )
    def landed(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        wanted = {names[key] for key in context.selected_asset_keys}
        listed, _ = accounts.read(settings.accounts_file)
        harvest = ingest.fetch(settings, source.name, listed, days_of(context), wanted)
        log.info(
            "%-10s %s page files from %s requests",
            source.name,
            f"{len(harvest.captures):,}",
            f"{harvest.request_count:,}",
        )
        for key in sorted(context.selected_asset_keys):
            mine = [capture for capture in harvest.captures if capture.stream == names[key]]
            short = [entry.reason for entry in harvest.shortfalls if entry.stream == names[key]]
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    "files": len(mine),
                    "pages": sum(capture.page_count for capture in mine),
                    "requests of the source": harvest.request_count,
                    "windows": ", ".join(sorted({capture.window_date for capture in mine})[-3:]) or "none",
                    "not captured": dg.MetadataValue.md("\n".join(f"* {reason}" for reason in short) or "nothing"),
                },
            )

    return landed


def _landing_spec(source: Source, stream: Stream) -> dg.AssetSpec:
    restated = f" The last {stream.restates_days} days are read again." if stream.restates_days else ""
    return dg.AssetSpec(
        ["landing", source.name, stream.name],
        description=f"Answers of {source.name} as they came, stream `{stream.name}`. "
        f"{KIND_IN_WORDS[stream.kind]}{restated}",
        group_name="landing",
        kinds={"python", source.name},
        owners=OWNERS,
        tags={"source": source.name, "stream_kind": stream.kind},
    )


def raw_assets(settings: Settings, source: Source, days: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the step that types what was landed of `source`, an asset a raw table."""
    streams = {
        dg.AssetKey([f"raw_{source.name}", table.name]): stream for stream in source.streams for table in stream.tables
    }

    @dg.multi_asset(
        name=f"{source.name}_raw",
        specs=[_raw_spec(source, key, stream) for key, stream in streams.items()],
        partitions_def=days,
        backfill_policy=ONE_RUN,
        can_subset=True,
        pool=POOL,
    )
    def typed(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        wanted = {streams[key].name for key in context.selected_asset_keys}
        listed, brand_names = accounts.read(settings.accounts_file)
        with raw.opened(settings.warehouse) as con:
            raw.ensure_tables(con)
            raw.register_accounts(con, listed, brand_names)
            counts = raw.load_new(con, settings, source.name, days_of(context), wanted)
            failures = raw.enter_failures(con, settings, source.name)
            columns = {key: _columns(con, key) for key in context.selected_asset_keys}
            con.execute("checkpoint")
        log.info("%-10s %s rows loaded", source.name, f"{sum(counts.values()):,}")
        for key in sorted(context.selected_asset_keys):
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    "dagster/row_count": counts[key.path[-1]],
                    "dagster/table_name": ".".join(key.path),
                    "dagster/column_schema": columns[key],
                },
            )
        if failures:
            raise dg.Failure(" ".join(failures), allow_retries=False)

    return typed


def _raw_spec(source: Source, key: dg.AssetKey, stream: Stream) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        deps=[dg.AssetKey(["landing", source.name, stream.name])],
        description=f"Typed rows of stream `{stream.name}`; the row count is that of the run.",
        group_name="raw",
        kinds={"duckdb", source.name},
        owners=OWNERS,
        tags={"source": source.name},
    )


def _columns(con, key: dg.AssetKey) -> dg.TableSchema:
    described = con.execute(f"describe {'.'.join(key.path)}").fetchall()
    return dg.TableSchema([dg.TableColumn(name, kind) for name, kind, *_ in described])


def file_assets(settings: Settings) -> dg.AssetsDefinition:
    """Return the step that takes in dropped files, an asset a kind."""
    names = {dg.AssetKey(["raw_files", kind]): kind for kind in KINDS}

    @dg.multi_asset(
        name="files_raw",
        specs=[
            dg.AssetSpec(
                key,
                description=f"Rows of the files dropped into landing/inbox/{kind}/.",
                group_name="raw",
                kinds={"duckdb", "csv"},
                owners=OWNERS,
                tags={"source": "files"},
            )
            for key, kind in names.items()
        ],
        can_subset=True,
        pool=POOL,
    )
    def dropped(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        with raw.opened(settings.warehouse) as con:
            raw.ensure_tables(con)
            wanted = {names[key] for key in context.selected_asset_keys}
            outcomes = inbox.take_in(con, settings, wanted)
            columns = {key: _columns(con, key) for key in context.selected_asset_keys}
            con.execute("checkpoint")
        if outcomes:
            log.info("%-10s %s taken in, %s rows loaded", "files", len(outcomes), sum(o.loaded for o in outcomes))
        for outcome in outcomes:
            if outcome.refusal or outcome.quarantined:
                log.warning(outcome.sentence)
        for key in sorted(context.selected_asset_keys):
            mine = [outcome for outcome in outcomes if outcome.kind == names[key]]
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    "dagster/row_count": sum(outcome.loaded for outcome in mine),
                    "dagster/table_name": ".".join(key.path),
                    "dagster/column_schema": columns[key],
                    "files": len(mine),
                    "rows set aside": sum(outcome.quarantined for outcome in mine),
                    "files set aside": sum(outcome.refusal is not None for outcome in mine),
                },
            )

    return dropped


class Translator(DagsterDbtTranslator):
    """dbt's groups, owners and tags as they are; only the kinds are ours."""

    def get_tags(self, dbt_resource_props):
        """Mark dbt's assets as tables of DuckDB."""
        return {**super().get_tags(dbt_resource_props), "dagster/kind/duckdb": "", "dagster/kind/dbt": ""}


def dbt_models(settings: Settings, manifest: Path) -> dg.AssetsDefinition:
    """Return the one dbt build of a run, an asset a model and seed."""
    translator = Translator(DagsterDbtTranslatorSettings(enable_code_references=False))

    @dbt_assets(manifest=manifest, name="dbt_build", pool=POOL, dagster_dbt_translator=translator)
    def built(context: dg.AssetExecutionContext, dbt: DbtCliResource):
        invocation = dbt.cli(
            transform.build_arguments(full_refresh=False), context=context, target_path=settings.dbt_target
        )
        try:
            # All of dbt's events first: the file can't be read before dbt has let it go.
            events = list(invocation.stream())
        except DagsterDbtCliRuntimeError:
            raise dg.Failure(" ".join(transform.failures(settings)), allow_retries=False) from None
        log.info("%-10s %s models, seeds and tests", "dbt", len(events))
        parsed = json.loads(manifest.read_text(encoding="utf-8"))
        models = lineage.ModelMetadata(settings, parsed, translator)
        nodes = {translator.get_asset_key(node): node for node in parsed["nodes"].values() if _is_asset(node)}
        for event in events:
            if isinstance(event, dg.Output):
                key = context.asset_key_for_output(event.output_name)
                event = event.with_metadata({**event.metadata, **models.of(nodes[key])})  # noqa: PLW2901
            yield event
        models.keep()

    return built


def _is_asset(node: dict) -> bool:
    return node["resource_type"] in {"model", "seed"}


def dbt_resource() -> DbtCliResource:
    """Return dbt as the job calls it."""
    return DbtCliResource(
        project_dir=str(DBT_PROJECT), profiles_dir=str(DBT_PROJECT), dbt_executable=str(transform.DBT)
    )


def candidate_tables(settings: Settings, marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the step that writes the marts as the file which the gate judges, an asset a table.

    The gate's checks hang on these and not on dbt's models: a blocking check on a model would have to end before
    dbt, in the same step, builds what stands on it.
    """
    tables = [*(key.path[-1] for key in marts), "publication"]

    @dg.multi_asset(
        name="candidate",
        specs=[
            dg.AssetSpec(
                [CANDIDATE, table],
                deps=[dg.AssetKey(["marts", table])] if table != "publication" else marts,
                description=f"`marts.{table}` in the file that is judged and then served, byte for byte.",
                group_name="publication",
                kinds={"duckdb"},
                owners=OWNERS,
            )
            for table in tables
        ],
        pool=POOL,
    )
    def candidate(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        contents = publish.write_candidate(settings, context.run_id)
        publish.verify(publish.candidate_path(settings), contents)
        log.info("%-10s %s tables written and read back", "candidate", len(contents))
        for table, content in contents.items():
            yield dg.MaterializeResult(
                asset_key=[CANDIDATE, table],
                data_version=dg.DataVersion(str(content["hash"])),
                metadata={"dagster/row_count": content["rows"], "dagster/table_name": f"marts.{table}"},
            )

    return candidate


def gate_checks(settings: Settings) -> dg.AssetChecksDefinition:
    """Return the gate: every expectation a check of its table, critical ones blocking."""
    entries = {
        (dg.AssetKey([CANDIDATE, entry.table]), entry.name): entry
        for suite in gate.suites().values()
        for entry in suite
    }

    @dg.multi_asset_check(
        name="gate",
        specs=[
            dg.AssetCheckSpec(
                name,
                asset=key,
                description=entry.why,
                blocking=entry.severity == "critical",
                metadata={"expectation": entry.type, "severity": entry.severity},
            )
            for (key, name), entry in entries.items()
        ],
    )
    def judged() -> Iterator[dg.AssetCheckResult]:
        verdict = gate.judge(settings, publish.candidate_path(settings))
        passed = sum(result["success"] for result in verdict["results"])
        log.info("%-10s %s of %s expectations passed", "gate", passed, len(verdict["results"]))
        errors = []
        for result in verdict["results"]:
            if result["error"]:
                errors.append(f"{result['key']} could not be judged: {result['error']}.")
                continue
            yield dg.AssetCheckResult(
                asset_key=[CANDIDATE, result["table"]],
                check_name=result["name"],
                passed=result["success"],
                severity=dg.AssetCheckSeverity.ERROR
                if result["severity"] == "critical"
                else dg.AssetCheckSeverity.WARN,
                description=result["observed"] or "as expected",
                metadata={"unexpected_count": result["unexpected_count"] or 0, **_examples(result["examples"])},
            )
        if errors:
            raise dg.Failure(" ".join(errors), allow_retries=False)

    return judged


def _examples(rows: list[dict[str, str]]) -> dict[str, dg.MetadataValue]:
    """Show rows that broke an expectation as a table; nothing where none did."""
    if not rows:
        return {}
    return {"examples": dg.MetadataValue.table([dg.TableRecord(row) for row in rows])}


def published_asset(settings: Settings, marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the last step: the flip, refused unless the gate passed these very bytes."""

    @dg.asset(
        key=["publication", "marts"],
        deps=[[CANDIDATE, key.path[-1]] for key in marts],
        group_name="publication",
        kinds={"duckdb"},
        owners=OWNERS,
        description="`published/marts.duckdb`, what BI tools open read-only: the last build that passed the gate.",
    )
    def published(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        try:
            version = publish.publish(settings, context.run_id)
        except Problem as problem:
            raise dg.Failure(str(problem), allow_retries=False) from None
        log.info("%-10s %s", "published", version.path)
        passed = sum(result["success"] for result in version.manifest["expectations"])
        return dg.MaterializeResult(
            metadata={
                "file": dg.MetadataValue.path(str(version.path)),
                "tables": len(version.manifest["tables"]),
                "expectations": f"{passed} of {len(version.manifest['expectations'])} passed",
            }
        )

    return published


def all_assets(settings: Settings, days: dg.PartitionsDefinition, manifest: Path) -> list[dg.AssetsDefinition]:
    """Return the assets of the daily job in the order of their steps; the gate's checks are apart."""
    models = dbt_models(settings, manifest)
    marts = sorted(key for key in models.keys if key.path[0] == "marts")
    return [
        *(landing_assets(settings, source, days) for source in SOURCES.values()),
        *(raw_assets(settings, source, days) for source in SOURCES.values()),
        file_assets(settings),
        models,
        candidate_tables(settings, marts),
        published_asset(settings, marts),
    ]
