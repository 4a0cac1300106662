"""`warehouse score export`: who is where, for mail and advertising tools; nobody without consent."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb

from orchestration.settings import Problem, Settings

CONSENTED = """
    select entity_type, entity_id, model_id, model_version, period_type, cast(period_start as varchar) as period_start,
        band_in_force as band, segment, action_id, channel, score_pct, 'association' as claim_level
    from marts.next_actions where has_consent
    order by all
"""
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def export(settings: Settings, target: Path) -> int:
    """Write every row of next_actions with consent to a .csv or .json file; return how many."""
    served = settings.published / "marts.duckdb"
    if not served.exists():
        raise Problem("nothing is published yet: `warehouse run` makes the scores that an export is of.")
    if target.suffix not in {".csv", ".json"}:
        raise Problem(f"{target.name} is neither .csv nor .json: name the file by the form that the tool reads.")
    with duckdb.connect(str(served), read_only=True) as con:
        found = con.execute(CONSENTED)
        names = [column[0] for column in found.description]
        rows = found.fetchall()
    with target.open("w", encoding="utf-8", newline="") as file:
        if target.suffix == ".json":
            json.dump([dict(zip(names, row, strict=True)) for row in rows], file, ensure_ascii=False, indent=1)
        else:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(names)
            writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return len(rows)


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
