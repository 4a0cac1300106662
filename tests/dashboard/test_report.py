"""A report of the reader's own: the KPIs that its file names and nothing else."""

from __future__ import annotations

import csv
import re
import socket
import time
from html import unescape

import duckdb
import pytest

from dashboard import report

pytestmark = pytest.mark.slow
FILE = """
title_en: Four numbers
title_ja: 四つの数字
period_type: week
kpis: [sessions, views, offline_visits, lead_rate_sessions]
brands: [aozora]
"""


@pytest.fixture
def asked(tmp_path):
    path = tmp_path / "four.yml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_report_of_four_kpis_has_four_sections_in_a_minute_and_without_a_network(
    rehearsed, asked, tmp_path, monkeypatch
):
    """M62: in their order, in both languages, as Markdown, HTML and CSV."""
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("a report asks nothing from outside"))
    began = time.monotonic()
    files = report.write(rehearsed / "published" / "marts.duckdb", asked, tmp_path / "out")
    assert time.monotonic() - began < 60
    assert [file.name for file in files] == [
        f"four.aozora.{language}.{kind}" for language in ("en", "ja") for kind in ("md", "html", "csv")
    ]
    texts = {file.name: file.read_text("utf-8-sig") for file in files}
    names = ["Sessions", "Views", "Visits to the shop", "Lead rate"]
    assert re.findall(r"^## (.*)$", texts["four.aozora.en.md"], re.MULTILINE) == names
    assert [unescape(name) for name in re.findall(r"<h2>(.*?)</h2>", texts["four.aozora.en.html"])] == names
    assert list(dict.fromkeys(row["kpi"] for row in csv.DictReader(texts["four.aozora.en.csv"].splitlines()))) == names
    assert re.search(r"<script|<img|src=|href=|@import|url\(", texts["four.aozora.ja.html"]) is None
    assert len(re.findall(r"^## ", texts["four.aozora.ja.md"], re.MULTILINE)) == 4


def test_the_figures_of_a_report_are_those_of_the_mart(rehearsed, asked, tmp_path):
    link = rehearsed / "published" / "marts.duckdb"
    report.write(link, asked, tmp_path)
    with duckdb.connect(str(link.resolve()), read_only=True) as con:
        told = con.execute(
            "select cast(period_start as varchar), value from marts.brand_metrics where brand_id = 'aozora' and"
            " metric_id = 'sessions' and period_type = 'week' and not is_partial order by 1 desc"
        ).fetchall()
    with (tmp_path / "four.aozora.en.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kpi"] == "Sessions"]
    assert [(row["period_start"], float(row["value"])) for row in rows] == told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("views", "vews"), r"there is no metric vews: it could be"),
        (("aozora", "azora"), r"there is no brand azora: it could be"),
        (("week", "year"), r"four\.yml: period_type: Input should be"),
        (("kpis:", "kpi:"), r"four\.yml: kpis: Field required"),
        (("[sessions", "[[sessions"), r"four\.yml can't be read"),
    ],
)
def test_a_report_that_cannot_be_written_is_said_in_one_sentence(rehearsed, asked, tmp_path, change, said):
    asked.write_text(FILE.replace(*change), encoding="utf-8")
    with pytest.raises(report.NoReport, match=said):
        report.write(rehearsed / "published" / "marts.duckdb", asked, tmp_path)
