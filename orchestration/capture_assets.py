"""The first half of the pipeline as Dagster sees it: landing, raw tables, dropped files.

Each asset body gets, writes and reports; the work is in the stage modules.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

import dagster as dg

from connectors import SOURCES
from connectors.files import KINDS
from connectors.streams import Source, Stream
from orchestration import accounts, erasure, inbox, ingest, ledger, loading, raw, reaper
from orchestration.drift import Drift
from orchestration.settings import Settings

log = ingest.log
DAILY = "daily"
POOL = "warehouse"
OWNERS = ["team:data-platform"]
ONE_RUN = dg.BackfillPolicy.single_run()
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
        reaper.begin(settings, context)
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
                    "reads billed": sum(sum(capture.reads.values()) for capture in mine),
                    "price, USD": float(sum(Decimal(capture.price_usd) for capture in mine)),
                    "windows": ", ".join(sorted({capture.window_date for capture in mine})[-3:]) or "none",
                    "not captured": _listed(short),
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
        reaper.begin(settings, context)
        wanted = {streams[key].name for key in context.selected_asset_keys}
        listed, brand_names = accounts.read(settings.accounts_file)
        with raw.opened(settings.warehouse) as con:
            raw.ensure_tables(con)
            raw.register_accounts(con, listed, brand_names)
            drifts: list[Drift] = []
            counts = loading.load_new(con, settings, source.name, days_of(context), wanted, drifts)
            if source.name == "hubspot":
                erasure.apply(con, settings)
            failures = ledger.enter_failures(con, settings, source.name, wanted)
            columns = {key: _columns(con, key) for key in context.selected_asset_keys}
            con.execute("checkpoint")
        log.info("%-10s %s rows loaded", source.name, f"{sum(counts.values()):,}")
        for one in drifts:
            log.warning(one.sentence)
        blocking = [one.sentence for one in drifts if one.blocks]
        for key in sorted(context.selected_asset_keys):
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    "dagster/row_count": counts[key.path[-1]],
                    "dagster/table_name": ".".join(key.path),
                    "dagster/column_schema": columns[key],
                    "drift": _listed(one.sentence for one in drifts if one.stream == streams[key].name),
                },
            )
        if blocking or (failures and not is_published(context.run)):
            raise dg.Failure("\n".join([*failures, *blocking]), allow_retries=False)

    return typed


def is_published(run: dg.DagsterRun) -> bool:
    """Say whether a run ends with a publication, which then tells what did not come."""
    return run.job_name == DAILY and not run.asset_selection


def _listed(sentences: Iterable[str]) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md("\n".join(f"* {sentence}" for sentence in sentences) or "nothing")


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
        reaper.begin(settings, context)
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


def capture_assets(settings: Settings, days: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """Return everything that comes from a source or the inbox."""
    return [
        *(landing_assets(settings, source, days) for source in SOURCES.values()),
        *(raw_assets(settings, source, days) for source in SOURCES.values()),
        file_assets(settings),
    ]
