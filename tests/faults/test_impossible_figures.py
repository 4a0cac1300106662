"""F32: figures that can't be are kept as they came and refused before anybody reads them."""

from __future__ import annotations

import json

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.streams import Page
from orchestration import gate
from tests.connectors.conftest import rows, stream_of

COUNTERS = ("like_count", "reply_count", "quote_count", "bookmark_count", "impression_count")
FIGURES = st.fixed_dictionaries(dict.fromkeys(COUNTERS, st.integers(-(2**40), 2**40)))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(captures=st.lists(FIGURES, min_size=1, max_size=4))
def test_row_32_whatever_a_counter_says_is_kept_as_it_came(captures):
    """Row 32 of the fault matrix: below zero, falling from one capture to the next, or beyond belief."""
    posts = [{"id": str(number), "public_metrics": figures} for number, figures in enumerate(captures, 1)]
    page = Page("/2/users/42/tweets", 200, json.dumps({"data": posts}).encode())
    kept = {row["post_id"]: row for row in rows(stream_of("x", "posts"), "posts", [page])}
    for post in posts:
        assert {name: kept[post["id"]][f"public_{name}"] for name in COUNTERS} == post["public_metrics"]


@pytest.mark.parametrize(("likes", "is_refused"), [(-3, True), (0, False), (7, False)])
def test_row_32_a_counter_below_zero_may_not_be_published(likes, is_refused):
    """Row 32 of the fault matrix."""
    (promise,) = (one for one in gate.suites()["fct_post_snapshots"] if one.name == "likes_to_date_is_possible")
    assert promise.severity == "critical"
    assert (likes < promise.kwargs["min_value"]) is is_refused


@pytest.mark.parametrize(("rate", "bounced", "is_refused"), [(0.5, 2, False), (7.0, 2, True), (7.0, 28, True)])
def test_row_32_a_rate_beyond_its_whole_may_not_be_published(rate, bounced, is_refused):
    """Row 32 of the fault matrix: a rate of seven, whether it was computed wrongly or from parts that can't be."""
    (promise,) = (one for one in gate.suites()["fct_site_daily"] if one.name == "rates_recompute_from_their_parts")
    assert promise.severity == "critical"
    with duckdb.connect() as con:
        con.execute("create schema marts")
        con.execute(
            "create table marts.fct_site_daily as select 'ga4:1' as account_id, date '2026-08-31' as date, '/' as"
            " landing_page, 4 as sessions, 2 as engaged_sessions, 10.0 as engaged_time_s, 5.0 as"
            " engaged_time_per_engaged_session_s, $1 as bounce_rate_sessions, $2 as bounced_sessions",
            [rate, bounced],
        )
        assert bool(con.execute(promise.query).fetchall()) is is_refused
