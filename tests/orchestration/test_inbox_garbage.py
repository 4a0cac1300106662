"""Whatever lies in the inbox ends in rows, in the quarantine, or in a sentence; what lies beside it still loads."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from orchestration import inbox, raw
from tests.orchestration.test_inbox import GOOD, HEADER, drop, quarantined

SECOND = "e2,customer,c1,login,2026-08-01T09:00:00Z,1"


def taken(settings):
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        outcomes = {one.file: one for one in inbox.take_in(con, settings)}
        ids = [one for (one,) in con.execute("select event_id from raw_files.product_events order by 1").fetchall()]
    return outcomes, ids


def refusal(settings, name="bad.csv"):
    """Take in what lies there beside a good file, and return why it was refused."""
    drop(settings, "good.csv", f"{HEADER}\n{GOOD}\n")
    outcomes, ids = taken(settings)
    assert ids == ["e1"]
    assert "\0" not in outcomes[name].sentence
    return outcomes[name].refusal


def parquet(settings, **changed):
    columns = {
        "event_id": "'e2'",
        "entity_type": "'customer'",
        "entity_id": "'c1'",
        "event_type": "'login'",
        "occurred_at": "timestamptz '2026-08-01 00:00:00+00'",
    } | changed
    path = settings.inbox / "product_events" / "bad.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    selected = ", ".join(f"{value} as {name}" for name, value in columns.items())
    duckdb.execute(f"copy (select {selected}) to '{path}' (format parquet)")
    os.utime(path, (0, 0))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{HEADER}\n{SECOND}\n".encode("utf-16-le"), "its first line is no header"),
        (b"a" * 300_000, "its first line is no header"),
        (b"", "is missing"),
        (f"{HEADER},quantity\n{SECOND},1\n".encode(), "a column stands twice in the header"),
        (f"{HEADER},\n{SECOND},\n".encode(), "a column of the header has no name"),
        (b"PK\x03\x04" + b"\0" * 500, "its first line is no header"),
    ],
    ids=["UTF-16 without a mark", "one endless line", "nothing", "a column twice", "a nameless column", "an archive"],
)
def test_a_csv_that_is_none_is_refused_with_a_sentence(settings, content, words):
    drop(settings, "bad.csv", content)
    assert words in refusal(settings)


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.symlink_to("/etc/passwd"),
        lambda path: path.symlink_to("/nowhere/x.csv"),
        lambda path: path.mkdir(),
        os.mkfifo,
    ],
    ids=["a link out of the inbox", "a link to nothing", "a folder", "a pipe"],
)
def test_what_is_no_file_is_named_and_never_read(settings, make):
    folder = settings.inbox / "product_events"
    folder.mkdir(parents=True)
    make(folder / "bad.csv")
    assert "is a link, a folder or a pipe, which is never read" in refusal(settings)


def test_a_parquet_with_nested_columns_is_refused_by_the_column(settings):
    parquet(settings, entity_id="{'a': 1}")
    assert "column entity_id is nested" in refusal(settings, "bad.parquet")


def test_a_text_that_calls_itself_parquet_is_refused(settings):
    drop(settings, "bad.parquet", f"{HEADER}\n{SECOND}\n")
    assert "was refused whole" in refusal(settings, "bad.parquet")


def test_a_header_without_rows_is_a_file_of_none(settings):
    drop(settings, "empty.csv", f"{HEADER}\n")
    outcomes, ids = taken(settings)
    assert (outcomes["empty.csv"].loaded, outcomes["empty.csv"].refusal, ids) == (0, None, [])


def test_a_value_longer_than_a_page_is_kept_whole(settings):
    drop(settings, "long.csv", f"{HEADER}\n{GOOD}\ne2,customer,{'c' * 200_000},login,2026-08-01,1\n")
    assert taken(settings)[1] == ["e1", "e2"]


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "99999-08-01", "0026-08-01"])
def test_a_moment_beyond_the_calendar_is_set_aside_and_the_rest_loads(settings, moment):
    drop(settings, "a.csv", f"{HEADER}\n{GOOD}\ne2,customer,c1,login,{moment},1\n")
    assert taken(settings)[1] == ["e1"]
    assert [row["reason"] for row in quarantined(settings)] == ["occurred_at is beyond the calendar"]


@pytest.mark.parametrize(("content", "ids"), [(f"{HEADER}\n{SECOND}\n", ["e2"]), ("nonsense\n", [])])
def test_a_name_as_long_as_the_file_system_takes_is_taken_too(settings, content, ids):
    drop(settings, "n" * 251 + ".csv", content)
    assert taken(settings)[1] == ids
    assert taken(settings)[0] == {}, "it is done with, loaded or refused"


def test_a_name_with_a_quote_and_a_line_break_is_a_name(settings):
    drop(settings, "a\nb'.csv", f"{HEADER}\n{SECOND}\n")
    assert taken(settings)[1] == ["e2"]


def test_a_file_that_leaves_while_the_inbox_is_read_is_left_out(settings, monkeypatch):
    drop(settings, "bad.csv", f"{HEADER}\n{SECOND}\n")
    drop(settings, "good.csv", f"{HEADER}\n{GOOD}\n")
    state = inbox._state

    def leaves(path: Path):
        if path.name == "bad.csv":
            path.unlink(missing_ok=True)
        return state(path)

    monkeypatch.setattr(inbox, "_state", leaves)
    assert taken(settings)[1] == ["e1"]
