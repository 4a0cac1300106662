"""The templates and their page are what the kinds declare, and what the sandbox exports is taken in whole."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest

from connectors.files import KINDS
from orchestration import inbox, raw
from orchestration.settings import REPOSITORY
from sandbox import exports, scenario, world
from sandbox.streams import midnight

FEEDS = REPOSITORY / "docs" / "file_feeds"


@pytest.fixture
def con(settings):
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        yield con


def test_every_template_is_taken_in_whole(settings, con):
    for kind in KINDS:
        folder = settings.inbox / kind
        folder.mkdir(parents=True)
        (folder / "template.csv").write_bytes((FEEDS / f"{kind}.csv").read_bytes())
    outcomes = {outcome.kind: outcome for outcome in inbox.take_in(con, settings)}
    assert set(outcomes) == set(KINDS)
    rows = {kind: len((FEEDS / f"{kind}.csv").read_text().splitlines()) - 1 for kind in KINDS}
    assert {kind: (one.loaded, one.quarantined) for kind, one in outcomes.items()} == {
        kind: (count, 0) for kind, count in rows.items()
    }


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_page_names_every_column_marks_the_required_ones_and_lists_what_is_allowed(kind):
    (section,) = re.findall(rf"^## {kind.name}\n(.+?)(?=^## |\Z)", (FEEDS / "README.md").read_text(), re.S | re.M)
    words = set(re.findall(r"[a-z][a-z_0-9]+", section))
    assert set(kind.columns) <= words
    bold = set(re.findall(r"\*\*([a-z_0-9]+)\*\*", section))
    assert bold == kind.required
    assert all(f"`{value}`" in section for values in kind.allowed.values() for value in values)


def test_every_file_of_the_sandbox_is_taken_in_whole_and_each_new_kind_has_rows(settings, con):
    built = world.build(scenario.load(scenario.SCENARIOS / "small.yml"))
    day: datetime = midnight(built.scenario.start) + timedelta(days=1)
    while day <= midnight(built.scenario.end):
        for kind, name in exports.files(built, day):
            folder = settings.inbox / kind
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(exports.content(built, name))
        day += timedelta(days=1)
    outcomes = inbox.take_in(con, settings)
    assert [one.sentence for one in outcomes if one.quarantined or one.refusal] == []
    loaded = {kind: sum(one.loaded for one in outcomes if one.kind == kind) for kind in exports.COLUMNS}
    assert [kind for kind, count in loaded.items() if not count] == []


def test_xs_own_export_is_read_as_it_is_and_an_unknown_column_of_it_is_named(settings, con):
    """M20: an unknown header is refused with the column's name; X's header and spelling are read as they are."""
    text = (FEEDS / "x_post_analytics.csv").read_text(encoding="utf-8")
    folder = settings.inbox / "x_post_analytics"
    folder.mkdir(parents=True)
    (folder / "account_analytics_content_2026-07-01_2026-07-07.csv").write_text(text, encoding="utf-8")
    (folder / "next_year.csv").write_text(text.replace("Hashtag Clicks", "Hologram Clicks"), encoding="utf-8")
    taken, refused = inbox.take_in(con, settings)
    assert (taken.loaded, taken.quarantined) == (2, 0)
    assert "unknown column Hologram Clicks; known are Post id, Date, Post Link, Impressions" in refused.refusal
    found = con.execute(
        "select post_id, published_date, impression_count, follow_count from raw_files.x_post_analytics order by 1"
    ).fetchall()
    assert found == [
        ("2073000000000000002", date(2026, 7, 6), 1234, 0),
        ("2074000000000000001", date(2026, 7, 7), 12297, 2),
    ]
    names = [row[0] for row in con.execute("describe raw_files.x_post_analytics").fetchall()]
    assert not any("text" in name for name in names), "what a reply says of others is not kept"
