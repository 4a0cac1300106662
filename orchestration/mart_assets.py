"""The second half of the pipeline as Dagster sees it: dbt, the candidate, the gate, the publication."""

import json
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError
from packaging.version import Version

from orchestration import candidate, engine, gate, lineage, pages, publish, reaper, shortfalls, status, transform
from orchestration.capture_assets import OWNERS, POOL, is_published, log
from orchestration.settings import DBT_PROJECT, Problem, Settings

CANDIDATE = "candidate"


class Translator(DagsterDbtTranslator):
    """dbt's groups, owners and tags as they are; only the kinds are ours."""

    def __init__(self, engine_name: str):
        super().__init__(DagsterDbtTranslatorSettings(enable_code_references=False))
        self.engine = engine_name

    def get_tags(self, dbt_resource_props):
        """Mark dbt's assets as tables of the engine."""
        return {**super().get_tags(dbt_resource_props), f"dagster/kind/{self.engine}": "", "dagster/kind/dbt": ""}


def dbt_models(settings: Settings, manifest: Path) -> dg.AssetsDefinition:
    """Return the one dbt build of a run, an asset a model and seed."""
    translator = Translator(settings.engine)

    @dbt_assets(manifest=manifest, name="dbt_build", pool=POOL, dagster_dbt_translator=translator)
    def built(context: dg.AssetExecutionContext, dbt: Dbt):
        from orchestration.kpi import checker
        from orchestration.scoring import prover

        reaper.begin(settings, context)
        try:
            prover.require_sound()
            checker.require_sound()
        except Problem as problem:
            raise dg.Failure(str(problem), allow_retries=False) from None
        engine.of(settings).prepare()
        parsed = json.loads(manifest.read_text(encoding="utf-8"))
        invocation = dbt.cli(
            transform.build_arguments(full_refresh=False), context=context, target_path=settings.dbt_target
        )
        try:
            # All of dbt's events first: the file can't be read before dbt has let it go.
            events = list(invocation.stream())
        except DagsterDbtCliRuntimeError:
            raise dg.Failure("\n".join(transform.failures(settings)), allow_retries=False) from None
        log.info("%-10s %s models, seeds and tests", "dbt", len(events))
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


class Dbt(DbtCliResource):
    """dbt as the job calls it: one process.

    The stock resource starts another one for its version, and loads dbt into this process for an adapter that only
    its own fetching of metadata needs: 8 s of CPU a run.
    """

    @property
    def _cli_version(self) -> Version:
        return Version(metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args) -> None:  # noqa: ARG002
        return None


def dbt_resource() -> Dbt:
    """Return dbt over the project of this repository."""
    return Dbt(project_dir=str(DBT_PROJECT), profiles_dir=str(DBT_PROJECT), dbt_executable=str(transform.DBT))


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
    def written(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        reaper.begin(settings, context)
        contents = candidate.write(settings, context.run_id)
        candidate.verify(candidate.path_of(settings), contents)
        log.info("%-10s %s tables written and read back", "candidate", len(contents))
        for table, content in contents.items():
            yield dg.MaterializeResult(
                asset_key=[CANDIDATE, table],
                data_version=dg.DataVersion(str(content["hash"])),
                metadata={"dagster/row_count": content["rows"], "dagster/table_name": f"marts.{table}"},
            )

    return written


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
                metadata={"expectation": entry.type, "severity": entry.severity, "owner": entry.owner},
            )
            for (key, name), entry in entries.items()
        ],
    )
    def judged() -> Iterator[dg.AssetCheckResult]:
        verdict = gate.judge(settings, candidate.path_of(settings))
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
            raise dg.Failure("\n".join(errors), allow_retries=False)

    return judged


def _examples(rows: list[dict[str, str]]) -> dict[str, dg.MetadataValue]:
    """Show rows that broke an expectation as a table; nothing where none did."""
    if not rows:
        return {}
    return {"examples": dg.MetadataValue.table([dg.TableRecord(row) for row in rows])}


def published_asset(settings: Settings, marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the last step: the flip, refused unless the gate passed these very bytes.

    What a source that is down did not bring is served as unknown, and the run fails all the same, saying so.
    """

    @dg.asset(
        key=["publication", "marts"],
        deps=[*([CANDIDATE, key.path[-1]] for key in marts), [CANDIDATE, "publication"]],
        group_name="publication",
        kinds={"duckdb"},
        owners=OWNERS,
        description="`published/marts.duckdb`, what BI tools open read-only: the last build that passed the gate.",
    )
    def published(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        try:
            version = publish.publish(settings, context.run_id)
        except Problem as problem:
            raise dg.Failure(str(problem), allow_retries=False) from None
        log.info("%-10s %s", "published", version.path)
        passed = sum(result["success"] for result in version.manifest["expectations"])
        yield dg.MaterializeResult(
            metadata={
                "file": dg.MetadataValue.path(str(version.path)),
                "tables": len(version.manifest["tables"]),
                "expectations": f"{passed} of {len(version.manifest['expectations'])} passed",
            }
        )
        missing = shortfalls.missing(settings) if is_published(context.run) else []
        status.note(settings, context.run_id, missing)
        if missing:
            raise dg.Failure("\n".join(missing), allow_retries=False)

    return published


def page_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return what is made for people to look at, once the marts are served."""

    def described(name: str, description: str):
        return dg.asset(
            key=["publication", name],
            deps=[["publication", "marts"]],
            group_name="publication",
            pool=POOL,
            kinds={"html"},
            owners=OWNERS,
            description=description,
        )

    @described("lineage", "dbt's documentation and the lineage of every column, as static pages.")
    def lineage_made() -> dg.MaterializeResult:
        return _files(pages.write_lineage(settings))

    @described("brief", "The weekly brief, a static page a brand and language.")
    def brief_made() -> dg.MaterializeResult:
        return _files(pages.write_brief(settings))

    return [lineage_made, brief_made]


def _files(files: list[Path]) -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={file.name: dg.MetadataValue.path(str(file)) for file in files})


def mart_assets(settings: Settings, manifest: Path) -> list[dg.AssetsDefinition]:
    """Return everything that is made from the raw tables; the gate's checks are apart."""
    models = dbt_models(settings, manifest)
    marts = sorted(key for key in models.keys if key.path[0] == "marts")
    return [models, candidate_tables(settings, marts), published_asset(settings, marts), *page_assets(settings)]
