"""Exports: whole, unchanged where they may be, and inert in a spreadsheet."""

from __future__ import annotations

import csv
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from dashboard import exports
from orchestration import cli

SIGNS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "﹦1",
    '=HYPERLINK("http://elsewhere.example")',
]
BEFORE = ["", " ", "\t", "\r", "\n", "\r\n", "\u3000", "\xa0", "\ufeff", "\u200b", " \t\u3000"]
FORMULAS = [before + sign for sign in SIGNS for before in BEFORE] + ["\tnew cell", "\rnew row"]
HARMLESS = ["caption", "1-1", "a=b", "'=1", "　全角の空白", "・@someone", " "]


@pytest.fixture
def home(tmp_path) -> Path:
    """A home that serves one table with every kind of value."""
    folder = tmp_path / "published"
    folder.mkdir()
    with duckdb.connect(str(folder / "version.duckdb")) as con:
        con.execute("create schema marts")
        con.execute(
            "create table marts.posts (n bigint, text varchar, amount decimal(18,2), day date, seen_at timestamptz,"
            " is_own boolean, big bigint)"
        )
        con.execute(
            "insert into marts.posts select generate_subscripts(texts, 1) - 1, unnest(texts), -1.50, '2026-08-01',"
            " '2026-08-01 09:00:00+00', true, 9007199254740993 from (select ?::varchar[] as texts)",
            [FORMULAS + HARMLESS],
        )
        con.execute("insert into marts.posts (n) values (9999)")
        con.execute(
            "create table marts.publication as select 'r1' as run_id,"
            " timestamptz '2026-08-02 00:00:00Z' as published_at,"
            " date '2026-08-01' as data_through, 'v1' as code_version"
        )
        con.execute(
            "create table marts.source_loads"
            " (source varchar, window_date date, status varchar, error varchar, loaded_at timestamptz)"
        )
    (folder / "version.json").write_text('{"expectations": []}')
    (folder / "marts.duckdb").symlink_to("version.duckdb")
    return tmp_path


def export(home: Path, kind: str) -> Path:
    to = home / f"posts.{kind}"
    assert cli.main(["export", "posts", "--format", kind, "--to", str(to), "--home", str(home)]) == 0
    assert [path.name for path in home.iterdir() if path.name.startswith(".posts")] == []
    return to


def test_a_csv_cell_that_begins_like_a_formula_is_quoted_and_nothing_else_is(home):
    with export(home, "csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == [f"'{text}" for text in FORMULAS] + HARMLESS + [""]
    assert rows[0] == {
        "n": "0",
        "text": "'=1+1",
        "amount": "-1.50",
        "day": "2026-08-01",
        "seen_at": "2026-08-01 09:00:00+00:00",
        "is_own": "True",
        "big": "9007199254740993",
    }


def test_a_csv_has_the_row_count_of_its_mart(home):
    """M30: CSV row count equals the mart's."""
    with export(home, "csv").open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.reader(file)) - 1 == len(FORMULAS) + len(HARMLESS) + 1


def test_an_xlsx_has_texts_unchanged_and_no_formula(home):
    with zipfile.ZipFile(export(home, "xlsx")) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
        names = book.namelist()
    assert "<f>" not in sheet
    assert [name for name in names if "externalLink" in name or "hyperlink" in name.lower()] == []
    assert "HYPERLINK(&quot;http" in sheet or 'HYPERLINK("http' in sheet
    assert 'quotePrefix="1"' in styles
    assert "9007199254740993" in sheet


def test_a_text_beyond_a_cell_is_refused_and_not_cut(home, capsys):
    with duckdb.connect(str(home / "published" / "version.duckdb")) as con:
        con.execute("insert into marts.posts (n, text) values (100, repeat('a', 32768))")
    assert cli.main(["export", "posts", "--format", "xlsx", "--to", str(home / "a.xlsx"), "--home", str(home)]) == 1
    assert capsys.readouterr().err.endswith("is longer than a cell may be: export the table as csv.\n")
    assert [path.name for path in home.iterdir()] == ["published"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_a_batch_of_a_table_and_not_all_of_it(home, kind, monkeypatch):
    """20,000 rows are 5 MB of Python's objects at once, and a quarter of one as batches."""
    monkeypatch.setattr(exports, "BATCH", 1000)
    with duckdb.connect(str(home / "published" / "version.duckdb")) as con:
        con.execute("insert into marts.posts (n, text) select i, 'text ' || i from range(20_000) as r (i)")
    tracemalloc.start()
    export(home, kind)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_500_000


def test_a_parquet_file_holds_the_table_as_it_is(home):
    with duckdb.connect() as con:
        rows = con.execute("from read_parquet(?) order by n", [str(export(home, "parquet"))]).fetchall()
    assert [row[1] for row in rows] == [*FORMULAS, *HARMLESS, None]
    assert rows[0][2:4] == (Decimal("-1.50"), date(2026, 8, 1))


def test_an_unknown_table_is_refused_by_name_with_the_nearest_ones(home, capsys):
    assert cli.main(["export", "post", "--home", str(home)]) == 1
    assert capsys.readouterr().err == "warehouse: there is no published table 'post': try posts.\n"


def test_a_table_beyond_a_sheet_is_refused_with_the_remedy(home, monkeypatch, capsys):
    monkeypatch.setattr(exports, "SHEET_ROWS", 5)
    assert cli.main(["export", "posts", "--format", "xlsx", "--to", str(home / "a.xlsx"), "--home", str(home)]) == 1
    assert "a sheet holds 4: export it as parquet" in capsys.readouterr().err
    assert not (home / "a.xlsx").exists()


@pytest.mark.parametrize("kind", exports.FORMATS)
def test_a_place_that_does_not_exist_is_told_in_a_sentence(kind, home, capsys):
    to = home / "nowhere" / "posts"
    assert cli.main(["export", "posts", "--format", kind, "--to", str(to), "--home", str(home)]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"warehouse: {to} can't be written") and told.endswith("name another file.\n")


def test_before_the_first_publication_an_export_says_what_is_missing(tmp_path, capsys):
    assert cli.main(["export", "posts", "--home", str(tmp_path)]) == 1
    assert "does not exist yet" in capsys.readouterr().err
