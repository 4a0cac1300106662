"""A build of one small mart, judged green by hand, so that publications cost milliseconds."""

from __future__ import annotations

import json

from orchestration import candidate, gate, publish, raw
from orchestration.settings import Settings

TABLE = "fct_x"
ENTRY = gate.Expectation(TABLE, "id_is_unique", "expect_column_values_to_be_unique", {}, "key", "critical")
RESULT = {
    "key": ENTRY.key,
    "table": TABLE,
    "name": ENTRY.name,
    "severity": "critical",
    "why": "key",
    "owner": "analytics@example.com",
    "success": True,
    "error": None,
    "observed": "",
    "unexpected_count": None,
    "examples": [],
}


def only_suite() -> dict[str, list[gate.Expectation]]:
    """The one suite that there is."""
    return {TABLE: [ENTRY]}


def judged(settings: Settings, run_id: str, rows: int) -> None:
    """Build a mart of `rows` rows whose every value is `rows`, write the candidate, and pass it."""
    settings.warehouse.unlink(missing_ok=True)
    with raw.opened(settings.warehouse) as con:
        con.execute("create schema marts; create schema intermediate")
        con.execute("create table intermediate.int_reporting_window as select date '2026-08-31' as last_date")
        con.execute(
            "create table marts.source_loads as select 'x' as source, date '2026-08-31' as window_date,"
            " 'loaded' as status, cast(null as varchar) as error, timestamptz '2026-09-01 09:00:00Z' as loaded_at"
        )
        con.execute(f"create table marts.{TABLE} as select {rows} as id, i as v from range({rows}) t(i)")
    candidate.verify(candidate.path_of(settings), candidate.write(settings, run_id))
    digest = publish.sha256(candidate.path_of(settings))
    gate.verdict_path(settings).write_text(json.dumps({"sha256": digest, "results": [RESULT]}))


def published(settings: Settings, run_id: str, rows: int) -> publish.Version:
    """Judge and publish it."""
    judged(settings, run_id, rows)
    return publish.publish(settings, run_id)
