"""What an expectation is, and what the general ones see in a profile; Great Expectations itself is not needed here."""

from __future__ import annotations

import duckdb
import pytest

from orchestration import connection, gate, profile
from orchestration.settings import Problem

RULES = {entry.name: entry for entry in gate.suites()["publication"]}


@pytest.fixture
def publications(tmp_path):
    """A pair of publications: what is served, and a candidate of one more day."""

    def write(name: str, days: int, damage: str = ""):
        path = tmp_path / name
        with duckdb.connect(str(path)) as con:
            con.execute("create schema marts; use marts")
            con.execute("create table dim_accounts as select 'x:1' as account_id, 'aozora' as brand_id")
            con.execute(
                "create table fct_account_daily as select 'x:1' as account_id, 'aozora' as brand_id, 50 as followers,"
                f" date '2026-07-01' + cast(i as integer) as date, 100 + i as likes from range({days}) t(i)"
            )
            con.execute("create table marts.extra as select 1 as n")
            con.execute(damage or "select 1")
            counts = "{" + ", ".join(f'"{table}": {rows}' for table, rows in counted(con).items()) + "}"
            con.execute(
                f"create table publication as select 'run' as run_id, '{counts}' as row_counts,"
                " (select max(date) from fct_account_daily) as data_through"
            )
        return path

    return write


def counted(con) -> dict[str, int]:
    tables = con.execute("select table_name from duckdb_tables()").fetchall()
    return {table: con.execute(f"select count(*) from {table}").fetchone()[0] for (table,) in tables}


def broken(candidate, served=None) -> set[str]:
    """The general expectations that fail."""
    profiled = candidate.with_name("profile.duckdb")
    profile.write(profiled, candidate, served)
    with duckdb.connect(str(candidate), read_only=True) as con:
        connection.attach(con, served, profiled)
        return {name for name, entry in RULES.items() if entry.query and con.execute(entry.query).fetchall()}


def test_a_good_night_after_a_good_night_breaks_nothing(publications):
    assert broken(publications("a.duckdb", 21), publications("b.duckdb", 20)) == set()


def test_before_the_first_publication_the_candidate_is_compared_with_itself(publications):
    assert broken(publications("a.duckdb", 20)) == set()


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        ("update days set likes = 10000 * likes where date = date '2026-07-21'", "the_newest_days_are_of_usual_size"),
        ("delete from days where date between '2026-07-19' and '2026-07-20'", "the_newest_days_are_told_as_usual"),
        ("update days set followers = -1 where date = date '2026-07-03'", "no_level_is_negative"),
        ("update days set likes = 3 * likes where date < date '2026-07-09'", "settled_days_keep_their_figures"),
        ("delete from days where date = date '2026-07-05'", "settled_days_keep_their_rows"),
        ("update days set account_id = 'x:2'", "every_name_is_listed"),
        ("update days set date = date + 40 where date = date '2026-07-01'", "settled_days_keep_their_rows"),
        ("delete from days where date > date '2026-07-15'", "data_through_never_goes_back"),
        ("drop table extra", "no_table_is_lost"),
        ("alter table days alter likes type double; update days set likes = 'inf'", "every_number_is_finite"),
        ("update dim_accounts set brand_id = ''", "no_text_is_blank"),
    ],
)
def test_a_general_promise_sees_damage_in_a_table_that_it_does_not_name(publications, damage, name):
    damage = damage.replace(" days ", " fct_account_daily ")
    assert name in broken(publications("a.duckdb", 21, damage), publications("b.duckdb", 20))


def test_a_column_that_was_always_filled_is_missed(publications):
    damage = "update fct_account_daily set likes = null where date between '2026-07-14' and '2026-07-18'"
    assert "what_was_known_is_known" in broken(publications("a.duckdb", 121, damage), publications("b.duckdb", 120))


@pytest.mark.parametrize(("column", "is_missed"), [("likes", False), ("account_id", True)])
def test_one_unknown_figure_is_no_alarm_and_one_unknown_name_is(publications, column, is_missed):
    damage = f"update fct_account_daily set {column} = null where date = date '2026-07-18'"
    found = broken(publications("a.duckdb", 121, damage), publications("b.duckdb", 120))
    assert ("what_was_known_is_known" in found) is is_missed


def test_a_post_of_an_export_that_no_capture_knows_stops_nothing(publications):
    """The page that X exports goes further back than what was captured."""
    posts = (
        "create table dim_posts as select 'x:1' as post_id;"
        "create table post_analytics_reconciled as select 'x:' || unnest([1, 2]) as post_id"
    )
    assert broken(publications("a.duckdb", 21, posts), publications("b.duckdb", 20, posts)) == set()
    known = f"{posts}; create table post_verdicts as from post_analytics_reconciled"
    assert broken(publications("c.duckdb", 21, known)) == {"every_name_is_listed"}


def test_figures_that_change_their_owner_are_seen_though_no_total_changes(publications):
    two = (
        "insert into dim_accounts values ('x:2', 'nordlicht');"
        "insert into fct_account_daily by name select 'x:2' as account_id, 'nordlicht' as brand_id, date,"
        " 10 * likes as likes, followers from fct_account_daily"
    )
    swapped = (
        f"{two}; update fct_account_daily set likes = case account_id when 'x:1' then 10 * likes else likes / 10 end"
    )
    found = broken(publications("a.duckdb", 21, swapped), publications("b.duckdb", 20, two))
    assert found == {"settled_days_keep_their_figures"}


def test_a_column_that_is_new_or_gone_is_no_error(publications):
    grown = "alter table fct_account_daily add column saves bigint; alter table fct_account_daily drop column followers"
    broken(publications("a.duckdb", 21, grown), publications("b.duckdb", 20))
    broken(publications("c.duckdb", 21), publications("d.duckdb", 20, grown))


def test_counts_of_rows_are_those_that_the_publication_says(publications):
    path = publications("a.duckdb", 20)
    with duckdb.connect(str(path)) as con:
        con.execute("delete from marts.extra")
    assert broken(path) == {"the_counts_of_rows_are_true"}


def test_every_expectation_has_a_reason_a_severity_and_somebody_to_ask():
    for suite in gate.suites().values():
        for entry in suite:
            assert len(entry.why) > 10, entry.key
            assert entry.severity in gate.SEVERITIES, entry.key
            assert entry.owner, entry.key


def test_a_suite_without_a_reason_is_refused_by_file_and_entry(tmp_path):
    (tmp_path / "fct_x.yml").write_text(
        "table: fct_x\nkey: [id]\nexpectations:\n  - {name: a, type: t, severity: critical}\n"
    )
    with pytest.raises(Problem, match=r"fct_x\.yml: expectation a lacks why"):
        gate.suites(tmp_path)
