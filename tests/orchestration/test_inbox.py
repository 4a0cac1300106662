from __future__ import annotations

import json
import os

import pytest

from connectors.files import KINDS
from connectors.personal import person_key
from orchestration import inbox, raw

HEADER = "event_id,entity_type,entity_id,event_type,occurred_at,quantity"
GOOD = "e1,customer,c1,login,2026-08-01T09:00:00+09:00,1"


@pytest.fixture
def con(settings):
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        yield con


def drop(settings, name: str, text: str | bytes, kind: str = "product_events"):
    folder = settings.inbox / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(folder / name, (0, 0))  # it has lain there for long


def events(con):
    return con.execute(
        "select event_id, strftime(occurred_at, '%Y-%m-%dT%H:%MZ'), quantity, line"
        " from raw_files.product_events order by all"
    ).fetchall()


def quarantined(settings, kind: str = "product_events") -> list[dict]:
    folder = settings.landing / "quarantine" / kind
    return [json.loads(line) for path in sorted(folder.glob("*.ndjson")) for line in path.open(encoding="utf-8")]


def test_a_good_file_is_loaded_with_its_lines_and_archived(settings, con):
    drop(settings, "a.csv", f"{HEADER}\n{GOOD}\ne2,customer,c1,feature:export,2026-08-01T10:00:00Z,\n")
    (outcome,) = inbox.take_in(con, settings)
    assert (outcome.loaded, outcome.quarantined, outcome.refusal) == (2, 0, None)
    assert events(con) == [("e1", "2026-08-01T00:00Z", 1, 2), ("e2", "2026-08-01T10:00Z", None, 3)]
    assert list((settings.inbox / "product_events").iterdir()) == []
    assert len(list((settings.landing / "archive" / "product_events").glob("a.*.parquet"))) == 1


def test_a_row_that_breaks_the_schema_is_set_aside_with_line_and_reason_and_the_rest_loads(settings, con):
    drop(settings, "a.csv", f"{HEADER}\n{GOOD}\ne2,customer,c1,login,yesterday,1\n,customer,c1,login,2026-08-01,1\n")
    (outcome,) = inbox.take_in(con, settings)
    assert (outcome.loaded, outcome.quarantined) == (1, 2)
    assert [(row["line"], row["reason"]) for row in quarantined(settings)] == [
        (3, "occurred_at is not a TIMESTAMPTZ"),
        (4, "event_id is empty"),
    ]


def test_a_line_with_too_many_cells_is_set_aside_and_the_lines_after_it_keep_their_numbers(settings, con):
    drop(settings, "a.csv", f"{HEADER}\ne0,a,b,c,d,e,f,g\n{GOOD}\ne2,customer,c1,login,never,1\n")
    (outcome,) = inbox.take_in(con, settings)
    assert (outcome.loaded, outcome.quarantined) == (1, 2)
    assert events(con) == [("e1", "2026-08-01T00:00Z", 1, 3)]
    assert sorted(row["line"] for row in quarantined(settings)) == [2, 4]


def test_an_unknown_column_refuses_the_file_by_name_and_keeps_it(settings, con):
    drop(settings, "a.csv", f"{HEADER},colour\n{GOOD},red\n")
    (outcome,) = inbox.take_in(con, settings)
    assert "unknown column colour" in outcome.refusal
    assert events(con) == []
    assert [path.name for path in (settings.inbox / "product_events").iterdir()] == ["a.csv.refused"]
    assert "unknown column colour" in quarantined(settings)[0]["reason"]


def test_a_missing_required_column_refuses_the_file_by_name(settings, con):
    drop(settings, "a.csv", "event_id,entity_type\ne1,customer\n")
    (outcome,) = inbox.take_in(con, settings)
    assert "column entity_id, event_type, occurred_at is missing" in outcome.refusal


def test_bytes_of_no_encoding_that_we_know_refuse_the_file(settings, con):
    drop(settings, "a.csv", f"{HEADER}\n{GOOD}\n".encode() + b"\xff\xff\x81")
    (outcome,) = inbox.take_in(con, settings)
    assert "neither UTF-8, UTF-16 nor Shift_JIS" in outcome.refusal
    assert events(con) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_save_is_read_alike(settings, con, encoding, delimiter, end):
    row = GOOD.replace("login", "機能:書き出し")
    drop(settings, "a.csv", f"{HEADER}{end}{row}{end}".replace(",", delimiter).encode(encoding))
    inbox.take_in(con, settings)
    assert events(con) == [("e1", "2026-08-01T00:00Z", 1, 2)]
    assert con.execute("select event_type from raw_files.product_events").fetchall() == [("機能:書き出し",)]


FORMULAS = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", '=cmd|"/c calc"!A1']


def test_what_a_spreadsheet_takes_for_a_formula_is_data_and_stays_untouched(settings, con):
    """Row 35 of the fault matrix: the stored value."""
    rows = [
        f'e{at},customer,"{text.replace(chr(34), chr(34) * 2)}",login,2026-08-01,1' for at, text in enumerate(FORMULAS)
    ]
    drop(settings, "a.csv", "\n".join([HEADER, *rows]) + "\n")
    inbox.take_in(con, settings)
    found = con.execute("select entity_id from raw_files.product_events order by event_id").fetchall()
    assert [value for (value,) in found] == FORMULAS


def test_a_row_with_a_nul_byte_is_set_aside_and_the_rest_loads(settings, con):
    """Row 16 of the fault matrix."""
    drop(settings, "a.csv", f"{HEADER}\n{GOOD}\n{GOOD.replace('c1', 'c' + chr(0))}\n")
    (outcome,) = inbox.take_in(con, settings)
    assert (outcome.loaded, quarantined(settings)[0]["line"], quarantined(settings)[0]["reason"]) == (
        1,
        3,
        "it has a NUL byte in it",
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_value_over_several_lines_keeps_the_lines_after_it_right(settings, con, end):
    two_lines = GOOD.replace("c1", f'"c{end}1"')
    drop(settings, "a.csv", f"{HEADER}{end}{two_lines}{end}{GOOD.replace('e1', 'e2')}{end}")
    inbox.take_in(con, settings)
    assert [(event_id, line) for event_id, _, _, line in events(con)] == [("e1", 3), ("e2", 4)]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("NaN", "it is JSON with NaN in it instead of a JSON object"),
        ('"\\ud800"', "it is JSON with half a character in it instead of a JSON object"),
        ("[1]", "entity_id is not a single value"),
    ],
)
def test_a_value_of_ndjson_that_no_table_can_hold_is_set_aside(settings, con, value, reason):
    """Row 17 of the fault matrix."""
    row = json.dumps(dict(zip(HEADER.split(","), GOOD.split(","), strict=True)))
    drop(settings, "a.ndjson", row + "\n" + row.replace('"c1"', value) + "\n")
    (outcome,) = inbox.take_in(con, settings)
    assert (outcome.loaded, quarantined(settings)[0]["reason"]) == (1, reason)


def test_a_changed_file_of_the_same_name_has_the_last_word_even_when_it_changes_back(settings, con):
    first, second = (f"{HEADER}\n{GOOD.rsplit(',', 1)[0]},{quantity}\n" for quantity in (1, 2))
    for text, quantity in ((first, 1), (second, 2), (first, 1)):
        drop(settings, "a.csv", text)
        inbox.take_in(con, settings)
        last = con.execute("select quantity from raw_files.product_events order by file desc limit 1").fetchone()
        assert last == (quantity,)


@pytest.mark.parametrize(
    ("folder", "name", "told"),
    [
        ("product_event", "a.csv", "did you mean product_events?"),
        ("holidays", "a.csv", "the kinds are product_events"),
        (".", "a.csv", "the kinds are product_events"),
        ("product_events", "a.xlsx", "save it as CSV UTF-8"),
    ],
)
def test_a_file_that_no_kind_takes_is_told_with_what_was_meant(settings, con, folder, name, told):
    drop(settings, name, f"{HEADER}\n{GOOD}\n", kind=folder)
    (outcome,) = inbox.take_in(con, settings)
    assert told in outcome.sentence
    assert (settings.inbox / folder / name).exists()


def test_a_file_that_is_still_growing_is_left_alone_until_it_is_whole(settings, con, monkeypatch):
    drop(settings, "a.csv", f'{HEADER}\ne1,"cust')
    path = settings.inbox / "product_events" / "a.csv"
    monkeypatch.setattr(inbox.time, "sleep", lambda _: drop(settings, "a.csv", f'{HEADER}\ne1,"customer",c1,lo'))
    (outcome,) = inbox.take_in(con, settings)
    assert "still being written" in outcome.sentence
    assert path.exists() and events(con) == []
    monkeypatch.undo()
    drop(settings, "a.csv", f"{HEADER}\n{GOOD}\n")
    inbox.take_in(con, settings)
    assert events(con) == [("e1", "2026-08-01T00:00Z", 1, 2)]


def test_the_same_file_twice_changes_nothing(settings, con):
    for _ in range(2):
        drop(settings, "a.csv", f"{HEADER}\n{GOOD}\n")
        inbox.take_in(con, settings)
    assert events(con) == [("e1", "2026-08-01T00:00Z", 1, 2)]
    assert con.execute("select count(*) from raw_registry.loads").fetchone() == (1,)


def test_an_email_is_hashed_in_the_archive_the_quarantine_and_the_table(settings, con):
    header = ",".join(KINDS["site_events"].columns)
    good = "s1,2026-08-01T00:00:00Z,v1,Aiko@Example.com,page_view,/,/,x,social,c,1,3,,"
    bad = "s2,not a time,v1,Aiko@Example.com,page_view,/,/,x,social,c,1,3,,"
    drop(settings, "s.csv", f"{header}\n{good}\n{bad}\n", kind="site_events")
    inbox.take_in(con, settings)
    key = person_key("aiko@example.com", settings.person_key)
    assert con.execute("select person_key from raw_files.site_events").fetchall() == [(key,)]
    assert quarantined(settings, "site_events")[0]["person_key"] == key
    leaks = [path for path in settings.landing.rglob("*") if path.is_file() and b"xample.com" in path.read_bytes()]
    assert leaks == []


def test_a_value_that_is_not_allowed_is_named(settings, con):
    header = ",".join(KINDS["survey_responses"].columns)
    drop(settings, "s.csv", f"{header}\nr1,customer,c1,mood,q1,9,2026-08-01,\n", kind="survey_responses")
    inbox.take_in(con, settings)
    assert quarantined(settings, "survey_responses")[0]["reason"] == "survey is none of csat, employee, nps"


def test_ndjson_is_taken_too(settings, con):
    row = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    drop(settings, "a.ndjson", json.dumps(row) + "\n")
    inbox.take_in(con, settings)
    assert events(con) == [("e1", "2026-08-01T00:00Z", 1, 1)]


def test_parquet_is_taken_too(settings, con):
    drop(settings, "a.csv", f"{HEADER}\n{GOOD}\n")
    folder = settings.inbox / "product_events"
    con.execute(f"copy (from read_csv('{folder}/a.csv', all_varchar = true)) to '{folder}/a.parquet'")
    (folder / "a.csv").unlink()
    inbox.take_in(con, settings)
    assert events(con) == [("e1", "2026-08-01T00:00Z", 1, 1)]


@pytest.mark.parametrize("place", [0, -1])
def test_a_quote_that_is_never_closed_refuses_the_file_and_loses_nothing(settings, con, place):
    rows = [f"e{number},customer,c1,login,2026-08-01,1" for number in range(20)]
    rows[place] = rows[place].replace("customer", '"customer')
    drop(settings, "a.csv", "\n".join([HEADER, *rows]) + "\n")
    (outcome,) = inbox.take_in(con, settings)
    assert "quote" in outcome.refusal
    assert events(con) == []
    assert (settings.inbox / "product_events" / "a.csv.refused").read_text().count("\n") == 21


def test_a_line_of_ndjson_that_is_no_json_is_set_aside_and_the_rest_loads(settings, con):
    row = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    drop(settings, "a.ndjson", json.dumps(row) + "\n{half a li\n")
    (outcome,) = inbox.take_in(con, settings)
    assert (outcome.loaded, outcome.quarantined) == (1, 1)
    assert quarantined(settings)[0]["line"] == 2


def test_an_email_in_the_address_of_a_page_never_reaches_archive_or_table(settings, con):
    header = ",".join(KINDS["site_events"].columns)
    row = "s1,2026-08-01T00:00:00Z,v1,,page_view,/thanks?email=jane@corp.com&utm_source=x,/,x,social,c,1,3,,"
    drop(settings, "s.csv", f"{header}\n{row}\n", kind="site_events")
    inbox.take_in(con, settings)
    assert con.execute("select page from raw_files.site_events").fetchall() == [("/thanks?utm_source=x",)]
    (archived,) = (settings.landing / "archive").rglob("*.parquet")
    assert "jane" not in str(con.execute(f"from '{archived}'").fetchall())
