"""Erase whoever HubSpot has erased: from page files, dropped files, raw tables and lake, before marts are built.

A contact that the latest census lists neither among the living nor in the archive is gone for good. Page files are
rewritten without it, their hashes in sidecar and ledger follow; what stays is a keyed hash of its id, a line in
landing/hubspot/erasures.ndjson, which a rebuild leaves alone. The next publication drops the versions from before. A
killed erasure is done again by the next run, since the raw rows go last.
"""

from __future__ import annotations

import logging

import duckdb

from orchestration import lake, parts, rewriting, tombstones
from orchestration.settings import Settings

MOST_UNASKED, MOST_SHARE = 20, 0.05
GONE = """
    create or replace temp table gone as
    with census as (
        select account_id, landing_file, captured_at from raw_registry.loads
        where source = 'hubspot' and stream = 'census' and status = 'loaded'
        qualify row_number() over (partition by account_id order by captured_at desc) = 1
    ),
    -- a contact made while the census was taken may be missing from it
    known as (
        select distinct contacts.account_id, contacts.contact_id, census.landing_file, census.captured_at
        from all_contacts as contacts inner join census using (account_id)
        where contacts.created_at < census.captured_at - interval 1 hour
    )
    select known.account_id, known.contact_id from known
    where not exists (
            from all_live_contacts as live
            where live.landing_file = known.landing_file and live.contact_id = known.contact_id
        )
        and not exists (
            from all_merged_contacts as merged
            where merged.account_id = known.account_id and merged.merged_id = known.contact_id
        )
        -- HubSpot itself empties its archive after 90 days: who left it then was not erased on request
        and not exists (
            from all_archived_objects as archived
            where archived.account_id = known.account_id and archived.object_id = known.contact_id
                and archived.object_type = 'contacts'
                and (
                    archived.landing_file = known.landing_file
                    or archived.archived_at < known.captured_at - interval 89 days
                )
        )
"""
KEYS = """
    create or replace temp table gone_keys as
    select distinct person_key from all_contacts semi join gone using (account_id, contact_id)
    where person_key is not null
    except
    select person_key from all_contacts anti join gone using (account_id, contact_id)
"""
HOLDERS = {
    "contacts": "contact_id",
    "deal_contacts": "contact_id",
    "live_contacts": "contact_id",
    "merged_contacts": "winner_id",
    "archived_objects": "object_id",
    "feedback": "contact_id",
    "ticket_contacts": "contact_id",
}
log = logging.getLogger("warehouse")


def apply(con: duckdb.DuckDBPyConnection, settings: Settings) -> int:
    """Erase every contact that is gone from HubSpot; return how many there were."""
    for table in HOLDERS:
        con.execute(f"create or replace temp view all_{table} as {lake.rows(settings, f'raw_hubspot.{table}')}")
    con.execute(GONE)
    for account_id, gone, known in _counted(con):
        if gone > max(MOST_UNASKED, MOST_SHARE * known) and not settings.environ.get("WAREHOUSE_ERASE_MANY"):
            log.warning(
                "hubspot account %s: %s of %s contacts are gone, more than are erased unasked: see that the key still"
                " sees all contacts, then set WAREHOUSE_ERASE_MANY=yes for one run",
                account_id,
                gone,
                known,
            )
            con.execute("delete from gone where account_id = ?", [account_id])
    erased = con.execute("select account_id, contact_id from gone").fetchall()
    if not erased:
        return 0
    con.execute(KEYS)
    hashes = [
        (landing_file, rewriting.page_file(settings.landing / landing_file, ids))
        for landing_file, ids in _page_files(con)
    ]
    # A fetch that broke off may hold them too, in pages that no ledger names: it begins anew.
    parts.forget_all(settings.landing, "hubspot")
    rewriting.archive(con, settings.landing, _tables_with_keys(con, "raw_files"))
    rewriting.quarantine(con, settings.landing)
    tombstones.note(settings, erased)
    _forget(con, settings, hashes)
    log.info("%-10s %s contacts erased", "hubspot", f"{len(erased):,}")
    return len(erased)


def _counted(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int, int]]:
    return con.execute(
        "select account_id, count(distinct gone.contact_id), count(distinct contacts.contact_id)"
        " from gone inner join all_contacts as contacts using (account_id) group by account_id"
    ).fetchall()


def _page_files(con: duckdb.DuckDBPyConnection) -> list[tuple[str, set[str]]]:
    """Return each page file that names someone who is gone, with all the ids gone from its account."""
    held = " union ".join(
        f"select landing_file, account_id from all_{table} where {_names_gone(table)}" for table in HOLDERS
    )
    rows = con.execute(
        f"select landing_file, list(contact_id) from ({held}) inner join gone using (account_id) group by landing_file"
    ).fetchall()
    return [(landing_file, set(ids)) for landing_file, ids in rows]


def _tables_with_keys(con: duckdb.DuckDBPyConnection, like: str) -> list[str]:
    rows = con.execute(
        "select schema_name || '.' || table_name from duckdb_columns()"
        " where column_name = 'person_key' and schema_name like ? order by 1",
        [like],
    ).fetchall()
    return [name for (name,) in rows]


def _forget(con: duckdb.DuckDBPyConnection, settings: Settings, hashes: list[tuple[str, str]]) -> None:
    con.execute("begin")
    try:
        for table in _tables_with_keys(con, "raw_%"):
            con.execute(f"delete from {table} where person_key in (from gone_keys)")
        for table in HOLDERS:
            con.execute(f"delete from raw_hubspot.{table} where {_names_gone(table)}")
        for landing_file, digest in hashes:
            con.execute("update raw_registry.loads set sha256 = ? where landing_file = ?", [digest, landing_file])
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")
    for table in HOLDERS:
        lake.forget(con, settings, f"raw_hubspot.{table}", _names_gone(table))


def _names_gone(table: str) -> str:
    only = " and object_type = 'contacts'" if table == "archived_objects" else ""
    return f"(account_id, {HOLDERS[table]}) in (from gone){only}"
