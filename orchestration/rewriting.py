"""Files written anew without those who are gone: page files, archived and quarantined rows of dropped files.

Who is gone by the key of a person stands in temp table `gone_keys`.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import zstandard

from orchestration.landing import BESIDE, PAGES, SIDECAR


def page_file(pages: Path, gone: set[str]) -> str:
    """Write the page file anew without those who are gone; return its new hash."""
    lines = zstandard.ZstdDecompressor().decompressobj().decompress(pages.read_bytes()).splitlines()
    kept = b"".join(
        json.dumps(_without(json.loads(line), gone), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        for line in lines
    )
    content = zstandard.ZstdCompressor(level=1).compress(kept)
    digest = hashlib.sha256(content).hexdigest()
    sidecar = pages.with_name(pages.name.removesuffix(PAGES) + SIDECAR)
    told = json.loads(sidecar.read_text(encoding="utf-8")) | {"sha256": digest}
    beside, sidecar_beside = (path.with_name(path.name + BESIDE) for path in (pages, sidecar))
    beside.write_bytes(content)
    sidecar_beside.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    beside.replace(pages)
    sidecar_beside.replace(sidecar)
    return digest


def _without(line: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    results = line["body"].get("results") or []
    # Only contacts are named by the ids that are gone; an answer to a survey names whose it is.
    is_of_contacts = "/contacts" in line["asked"].split("?")[0].partition("/batch/")[0]
    line["body"]["results"] = [
        one
        for one in results
        if not (is_of_contacts and str(one.get("id")) in gone)
        and str((one.get("properties") or {}).get("hs_contact_id")) not in gone
    ]
    for one in results:
        if "to" in one:
            one["to"] = [link for link in one["to"] if str(link.get("toObjectId")) not in gone]
    return line


def archive(con: duckdb.DuckDBPyConnection, folder: Path, tables: list[str]) -> None:
    """Write archived files anew that hold rows of a person who is gone, for each of their raw tables."""
    for table in tables:
        for (file,) in con.execute(
            f"select distinct file from {table} semi join gone_keys using (person_key)"
        ).fetchall():
            archived = folder / file
            beside = archived.with_name(archived.name + BESIDE)
            source, target = (str(path).replace("'", "''") for path in (archived, beside))
            con.execute(
                f"copy (from read_parquet('{source}') anti join gone_keys using (person_key)) to '{target}'"
                " (format parquet, compression zstd)"
            )
            beside.replace(archived)
            digest = hashlib.sha256(archived.read_bytes()).hexdigest()
            con.execute("update raw_registry.loads set sha256 = ? where landing_file = ?", [digest, file])


def quarantine(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write anew what was set aside of dropped files, without the rows of a person who is gone."""
    keys = {key for (key,) in con.execute("from gone_keys").fetchall()}
    for aside in (folder / "quarantine").glob("*/*.ndjson"):
        lines = aside.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if json.loads(line).get("person_key") not in keys]
        if len(kept) < len(lines):
            beside = aside.with_name(aside.name + BESIDE)
            beside.write_bytes(b"".join(kept))
            beside.replace(aside)
