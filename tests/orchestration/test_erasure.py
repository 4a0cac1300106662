"""Who is gone from HubSpot is gone from every file and table here, within one run."""

import json
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
import zstandard

from connectors import SOURCES
from connectors.personal import person_key
from connectors.streams import Account, Page
from orchestration import erasure, lake, landing, loading, raw, tombstones
from orchestration.settings import Settings

ACCOUNT = Account("b", "hubspot", "24", None, "UTC", "EUR", "HUBSPOT_TOKEN")
AT = datetime(2026, 9, 1, tzinfo=UTC)
SECRET = "a key that is long enough for tests"
STREAMS = {stream.name: stream for stream in SOURCES["hubspot"].streams}


def contact(contact_id, **properties):
    moment = "2026-08-30T10:00:00Z"
    told = {"email": f"p{contact_id}@example.com", "createdate": moment, "lastmodifieddate": moment} | properties
    return {"id": contact_id, "createdAt": moment, "properties": told}


def page(asked, *results):
    return Page(asked, 200, json.dumps({"results": list(results)}).encode())


@pytest.fixture
def settings(tmp_path):
    return Settings.load(tmp_path, {"WAREHOUSE_PERSON_KEY": SECRET})


def land(settings, stream, *pages):
    landing.write(settings.landing, ACCOUNT, STREAMS[stream], date(2026, 8, 31), AT, pages, settings.person_key)


def census(settings, live, archived=()):
    land(
        settings,
        "census",
        page("/crm/objects/2026-09/contacts?archived=false", *({"id": one} for one in live)),
        page("/crm/objects/2026-09/contacts?archived=true", *archived),
    )


def portal(settings):
    merged = contact("1", hs_merged_object_ids="4")
    land(settings, "contacts", page("/crm/objects/2026-09/contacts/search {}", merged, *map(contact, "23456")))
    links = {"from": {"id": "2"}, "to": [{"toObjectId": "2"}, {"toObjectId": "3"}]}
    land(
        settings,
        "deals",
        page("/crm/objects/2026-09/deals/search {}", {"id": "2", "properties": {}}),
        page("/crm/associations/2026-09/deals/contacts/batch/read {}", links),
    )


def loaded(settings, con):
    raw.ensure_tables(con)
    loading.load_new(con, settings, "hubspot", None)


def ids(con, table, column="contact_id"):
    return {one for (one,) in con.execute(f"select {column} from raw_hubspot.{table}").fetchall()}


def text_of_all_files(settings):
    texts = [
        zstandard.ZstdDecompressor().decompressobj().decompress(file.read_bytes()).decode()
        for file in settings.landing.rglob("*.zst")
    ]
    return "\n".join(texts)


def test_an_erased_contact_leaves_files_and_tables_and_a_keyed_hash_stays(settings):
    """Row 33 of the fault matrix."""
    portal(settings)
    # 2 is nowhere, 4 was merged into 1, 5 is in the archive
    census(settings, "136", [{"id": "5", "archived": True, "archivedAt": "2026-08-31T10:00:00Z"}])
    key = person_key("p2@example.com", SECRET.encode())
    with raw.opened(settings.warehouse) as con:
        loaded(settings, con)
        con.execute("insert into raw_files.site_events (event_id, person_key) values ('e1', ?), ('e2', 'other')", [key])
        con.execute("update raw_files.site_events set file = 'archive/site_events/a.parquet'")
        archive = settings.landing / "archive/site_events/a.parquet"
        archive.parent.mkdir(parents=True)
        con.execute(f"copy (select event_id, person_key from raw_files.site_events) to '{archive}'")
        aside = settings.landing / "quarantine/site_events/a.0.ndjson"
        aside.parent.mkdir(parents=True)
        aside.write_text(f'{{"line": 2, "person_key": "{key}"}}\n{{"line": 3, "person_key": "other"}}\n')
        assert key in text_of_all_files(settings)
        assert erasure.apply(con, settings) == 1
        assert aside.read_text() == '{"line": 3, "person_key": "other"}\n'
        assert ids(con, "contacts") == {"1", "3", "4", "5", "6"}
        assert ids(con, "deal_contacts") == {"3"}
        assert ids(con, "deals", "deal_id") == {"2"}
        assert con.execute("select event_id from raw_files.site_events").fetchall() == [("e2",)]
        assert duckdb.sql(f"select event_id from '{archive}'").fetchall() == [("e2",)]
        (tombstone,) = map(json.loads, (settings.landing / "hubspot/erasures.ndjson").read_text().splitlines())
        assert (tombstone["account_id"], len(tombstone["contact_hash"])) == ("24", 64)
        assert tombstones.latest(settings) <= datetime.now(UTC)
        assert key not in text_of_all_files(settings)
        assert loading.load_new(con, settings, "hubspot", None)["contacts"] == 0
        assert erasure.apply(con, settings) == 0
    for sidecar in landing.sidecars(settings.landing, "hubspot", "contacts"):
        assert landing.is_whole(settings.landing, landing.read(sidecar))


def test_a_rebuild_from_the_rewritten_files_does_not_bring_the_erased_back_and_keeps_the_tombstones(settings):
    portal(settings)
    census(settings, "13456")
    with raw.opened(settings.warehouse) as con:
        loaded(settings, con)
        erasure.apply(con, settings)
    erased_at = tombstones.latest(settings)
    settings.warehouse.unlink()
    with raw.opened(settings.warehouse) as con:
        loaded(settings, con)
        assert erasure.apply(con, settings) == 0
        assert ids(con, "contacts") == {"1", "3", "4", "5", "6"}
    assert tombstones.latest(settings) == erased_at


def test_row_33_the_answers_and_tickets_of_an_erased_contact_leave_files_and_tables_too(settings):
    """Row 33 of the fault matrix."""
    portal(settings)
    answers = [{"id": one, "properties": {"hs_contact_id": one, "hs_value": "9"}} for one in "23"]
    land(settings, "feedback", page("/crm/objects/2026-09/feedback_submissions/search {}", *answers))
    links = {"from": {"id": "2"}, "to": [{"toObjectId": "2"}, {"toObjectId": "3"}]}
    land(
        settings,
        "tickets",
        page("/crm/objects/2026-09/tickets/search {}", {"id": "2", "properties": {}}),
        page("/crm/associations/2026-09/tickets/contacts/batch/read {}", links),
    )
    census(settings, "13456")
    with raw.opened(settings.warehouse) as con:
        loaded(settings, con)
        assert erasure.apply(con, settings) == 1
        assert ids(con, "feedback") == ids(con, "ticket_contacts") == {"3"}
        assert ids(con, "tickets", "ticket_id") == {"2"}, "a ticket has an id of its own"
    assert '"hs_contact_id":"2"' not in text_of_all_files(settings)
    assert '"toObjectId":"2"' not in text_of_all_files(settings)


def test_a_key_that_lost_sight_of_most_contacts_erases_nobody_unasked(settings, tmp_path):
    land(settings, "contacts", page("/crm/objects/2026-09/contacts/search {}", *(contact(str(n)) for n in range(100))))
    census(settings, ["1"])
    with raw.opened(settings.warehouse) as con:
        loaded(settings, con)
        assert erasure.apply(con, settings) == 0
        assert len(ids(con, "contacts")) == 100
        asked = Settings.load(tmp_path, {"WAREHOUSE_PERSON_KEY": SECRET, "WAREHOUSE_ERASE_MANY": "yes"})
        assert erasure.apply(con, asked) == 99


def test_without_a_census_nobody_is_erased(settings):
    portal(settings)
    with raw.opened(settings.warehouse) as con:
        loaded(settings, con)
        assert erasure.apply(con, settings) == 0


def test_a_fetch_that_broke_off_keeps_nobody_who_was_erased(settings):
    portal(settings)

    def breaks_off():
        yield page("/crm/objects/2026-09/contacts/search {}", contact("2"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        landing.write(
            settings.landing,
            ACCOUNT,
            STREAMS["contacts"],
            date(2026, 9, 1),
            AT + timedelta(days=1),
            breaks_off(),
            settings.person_key,
        )
    left = settings.landing / "hubspot/contacts/2026-09-01"
    assert sorted(file.suffix for file in left.iterdir()) == [".begun", ".part"]
    census(settings, "13456")
    with raw.opened(settings.warehouse) as con:
        loaded(settings, con)
        assert erasure.apply(con, settings) == 1
    assert list(left.iterdir()) == []


def test_on_spark_the_erased_leave_the_lake_and_the_files(tmp_path):
    spark = Settings.load(tmp_path, {"WAREHOUSE_PERSON_KEY": SECRET, "WAREHOUSE_ENGINE": "spark"})
    portal(spark)
    census(spark, "1346", [{"id": "5", "archived": True, "archivedAt": "2026-08-31T10:00:00Z"}])
    key = person_key("p2@example.com", SECRET.encode())

    def in_the_lake(table):
        rows = duckdb.sql(f"select contact_id from '{lake.folder(spark, f'raw_hubspot.{table}')}/*.parquet'").fetchall()
        return {one for (one,) in rows}

    with raw.opened(spark.warehouse) as con:
        loaded(spark, con)
        assert in_the_lake("contacts") == {"1", "2", "3", "4", "5", "6"}
        assert erasure.apply(con, spark) == 1
        assert (in_the_lake("contacts"), in_the_lake("deal_contacts")) == ({"1", "3", "4", "5", "6"}, {"3"})
        assert key not in text_of_all_files(spark)
        assert erasure.apply(con, spark) == 0
