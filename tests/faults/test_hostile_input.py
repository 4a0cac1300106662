"""Names, files and figures that mean harm: stored as they came, executed nowhere, shown escaped."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from connectors import SOURCES
from connectors.personal import without_personal_parameters
from orchestration import candidate, inbox, landing, loading, raw, status
from tests.faults import small_publication
from tests.orchestration.conftest import DAY, NOON

MACROS = Path(__file__).parents[2] / "dbt_project" / "macros" / "portable" / "time.sql"
EVENT = "event_id,entity_type,entity_id,event_type,occurred_at,quantity\ne1,customer,c1,login,2026-07-01T00:00:00Z,1\n"
HOSTILE = [
    'x"; drop table raw_x.users; --',
    "'); delete from raw_registry.loads; --",
    "/etc/passwd",
    "read_csv('/etc/passwd')",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}",
    '=HYPERLINK("http://evil.example")',
    "\u202egnp.exe",
]


def schema(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns()"
        " where schema_name like 'raw_%' order by all"
    ).fetchall()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_a_value_wherever_it_goes(settings, account, name):
    """F37: SQL, paths and templates in names change no schema and read no file; they are stored as they came."""
    from connectors.streams import Page

    user = {"id": "42", "username": name, "public_metrics": {"followers_count": 1}}
    page = Page("/2/users/42", 200, json.dumps({"data": user}).encode())
    landing.write(settings.landing, account, SOURCES["x"].streams[0], DAY, NOON, [page], settings.person_key)
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        before = schema(con)
        loading.load_new(con, settings, "x", None)
        assert schema(con) == before
        assert con.execute("select username from raw_x.users").fetchall() == [(name,)]
        assert con.execute("select count(*) from raw_registry.loads where status = 'loaded'").fetchone() == (1,)


class Elements(HTMLParser):
    """The elements of a page and the attributes that could do something."""

    def __init__(self):
        super().__init__()
        self.names, self.handlers, self.addresses = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.addresses += [value for name, value in attrs if name in {"src", "href"}]


def test_the_status_page_shows_what_came_from_outside_as_text(settings):
    """F38: no element, handler or address of a message, an example or a run's name gets into the page."""
    small_publication.published(settings, "first", 3)
    verdict = json.loads((settings.published / "versions" / ".verdict.json").read_text())
    verdict["results"] = [
        {**small_publication.RESULT, "success": False, "observed": name, "examples": [{"name": name}]}
        for name in HOSTILE
    ]
    (settings.published / "versions" / ".verdict.json").write_text(json.dumps(verdict))
    status.note(settings, HOSTILE[4], [f"x account {name}: down" for name in HOSTILE])
    text = (settings.published / status.PAGE).read_text(encoding="utf-8")
    page = Elements()
    page.feed(text)
    assert page.names <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "strong", "code", "ul", "li", "table", "tr",
        "th", "td", "br", "a",
    }  # fmt: skip
    assert page.handlers == [] and page.addresses == ["data_docs/index.html"]
    assert "49" not in text.split("Last run")[1].split("Sources")[0]
    assert "default-src 'none'" in text


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Rome", date(2026, 3, 29)),
        ("Europe/Rome", date(2026, 10, 25)),
        ("America/Santiago", date(2026, 4, 4)),
        ("America/Santiago", date(2026, 9, 6)),
        ("Australia/Lord_Howe", date(2026, 4, 5)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),
    ],
)
def test_each_event_of_a_day_that_changes_the_clock_is_of_one_local_day(zone, day):
    """F26: by the expression of staging, half-hours of five UTC days fall into local days, none lost or twice."""
    assert "timezone({{ zone }}, {{ instant }})" in MACROS.read_text()
    first = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
    with duckdb.connect() as con:
        counted = con.execute(
            """
            with events as (
                select $1 + to_minutes(cast(30 * n as integer)) as instant from range(5 * 48) as half_hours (n)
            ),
            days as (
                select cast(timezone($2, instant) as date) as day, count(*) as events, min(instant) as first_at
                from events group by 1
            )
            select day, events, first_at, timezone($2, cast(day as timestamp)) as begins_at from days order by day
            """,
            [first, zone],
        ).fetchall()
    assert sum(events for _, events, _, _ in counted) == 5 * 48
    whole = counted[1:-1]
    assert {events for _, events, _, _ in whole} - {48}, "no day of these changes the clock"
    assert [first_at for _, _, first_at, _ in whole] == [begins_at for *_, begins_at in whole]


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/?utm_source=a&utm_source=b",
        "https://a.example/?utm_campaign=" + "x" * 10_000,
        "https://a.example/?utm_content=☕️&utm_medium=",
        "https://a.example/?utm_term=mio@example.com&utm_source=Instagram",
        "https://a.example/?utm_source=%00&utm_medium=%FF",
        "not an address at all",
        "",
    ],
)
def test_a_campaign_address_full_of_junk_stays_an_address_without_a_person(address):
    """F34: junk in campaign parameters raises nothing, keeps the path, and loses every e-mail address."""
    kept = without_personal_parameters(address)
    assert "@" not in kept
    assert kept.split("?")[0] == address.split("?")[0]


def crafted(name: str) -> bytes:
    """An archive whose one entry leaves its folder, is a link, is a bomb or is an archive again."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo({"leaves": "../../outside.csv"}.get(name, "inside.csv"))
        if name == "link":
            entry.external_attr = 0o120777 << 16
        archive.writestr(entry, {"bomb": b"0" * 20_000_000, "nested": packed.getvalue()}.get(name, b"/etc/passwd"))
    return packed.getvalue()


@pytest.mark.parametrize("name", ["leaves", "link", "bomb", "nested"])
@pytest.mark.parametrize("suffix", ["zip", "csv"])
def test_an_archive_is_refused_before_anything_of_it_is_read(settings, name, suffix):
    """F36: dropped files are never unpacked; by its own name an archive is told, by another it is no text."""
    folder = settings.inbox / "product_events"
    folder.mkdir(parents=True)
    (folder / f"a.{suffix}").write_bytes(crafted(name))
    before = {path for path in settings.home.rglob("*") if path.is_file()}
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        outcomes = inbox.take_in(con, settings)
        assert con.execute("select count(*) from raw_files.product_events").fetchone() == (0,)
    assert [outcome.loaded for outcome in outcomes] == [0]
    assert outcomes[0].refusal
    kept = {path for path in settings.home.rglob("*") if path.is_file()} - before
    assert {path.name.split(".")[0] for path in kept} <= {"warehouse", "a"}
    assert not (settings.home / "outside.csv").exists()


UNFIT = {
    "a folder": lambda folder: (folder / "x.csv").mkdir(),
    "a pipe": lambda folder: os.mkfifo(folder / "x.csv"),
    "a link to nothing": lambda folder: (folder / "x.csv").symlink_to("/nonexistent"),
    "a link to itself": lambda folder: (folder / "x.csv").symlink_to(folder / "x.csv"),
    "a name of other bytes": lambda folder: Path(os.fsdecode(os.fsencode(folder) + b"/\xff.csv")).write_text(EVENT),
}


@pytest.mark.parametrize("what", UNFIT)
def test_what_is_no_file_in_the_inbox_is_named_and_the_rest_loads(settings, what):
    """F16 and F36: nothing that can be dropped stops or hangs the files beside it."""
    folder = settings.inbox / "product_events"
    folder.mkdir(parents=True)
    (folder / "good.csv").write_text(EVENT)
    UNFIT[what](folder)
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        good, other = inbox.take_in(con, settings)
        assert con.execute("select event_id from raw_files.product_events").fetchall() == [("e1",)]
    assert (good.loaded, good.refusal) == (1, None)
    assert other.sentence.startswith("product_events/") and ": drop " in other.sentence
    other.sentence.encode()


def test_a_reader_of_what_is_served_sees_names_as_they_were_stored(settings):
    """F35: the warehouse changes no value; what a spreadsheet takes for a formula is the exporter's to mark."""
    small_publication.judged(settings, "first", 3)
    with raw.opened(settings.warehouse) as con:
        con.execute("create table marts.named as select unnest($1) as name", [HOSTILE])
    candidate.write(settings, "first")
    candidate.path_of(settings).rename(settings.home / "as_served.duckdb")
    with duckdb.connect(str(settings.home / "as_served.duckdb"), read_only=True) as con:
        assert con.execute("select name from marts.named").fetchall() == [(name,) for name in HOSTILE]
