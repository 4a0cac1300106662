"""A month of engagement scores against the bare aggregation of the same events.

bare      one hand-written GROUP BY over the same events: login days and weeks, features, session mean, last day
scores    the SQL of dbt's score models from the feeds' months to the scores, in one connection, customers' model alone

SCORE_PEOPLE customers (default 100,000; the goal is said for 1,000,000) with 100 events each in one month, in 8 GB.
"""

from __future__ import annotations

import os
import subprocess
import tempfile

import duckdb

from benchmarks.measure import Line, NotMeasured, Work, compared, in_turns, spent, work
from orchestration import raw, transform
from orchestration.settings import Settings

PEOPLE = int(os.environ.get("SCORE_PEOPLE", "100000"))
EVENTS_EACH = 100
MEMORY = "8GB"
CHAIN = (
    "int_score_feed_months", "int_score_entity_months", "int_score_periods_spanned", "int_score_windows_due",
    "int_score_window_months", "int_score_window_days", "int_score_window_spreads", "int_score_window_crowds",
    "int_score_window_cases", "engagement_signals", "engagement_score_contributions", "engagement_scores",
)  # fmt: skip
EVENTS = """
    insert into intermediate.int_score_events_unioned by name
    select
        'e' || i as event_id, 'customer' as entity_type, 'c' || (i % $people) as entity_id,
        case (i // $people) % 5
            when 1 then 'session' when 2 then 'feature:' || hash(i) % 8 when 3 then 'feature:' || hash(i + 1) % 8
            else 'login'
        end as event_type,
        timestamptz '2026-08-01 00:00:00Z' + to_seconds(hash(i + 7) % (31 * 86400)) as occurred_at,
        cast(occurred_at as date) as event_date, (hash(i + 3) % 60)::double as quantity, 'product_events' as source
    from range($people * $each) as numbers(i)
"""
BARE = """
    create or replace table marts.bare as
    select
        entity_id,
        count(distinct case when event_type = 'login' then event_date end) as login_days,
        count(distinct case when event_type = 'login' then (day(event_date) - 1) // 7 end) as login_weeks,
        count(distinct case when event_type like 'feature:%' then event_type end) as features,
        avg(case when event_type = 'session' then quantity end) as minutes,
        max(event_date) as last_date
    from intermediate.int_score_events_unioned
    where event_date between date '2026-08-01' and date '2026-08-31'
    group by entity_id
"""


def measured() -> list[Line]:
    """Fill one month of events, then aggregate and score it in turns."""
    with tempfile.TemporaryDirectory() as folder:
        spent(prepared, home=folder)
        taken = in_turns({
            "scores": lambda: spent(scored, home=folder),
            "bare": lambda: spent(bare, home=folder),
        })  # fmt: skip
    millions = PEOPLE * EVENTS_EACH / 1e6
    goal = f"scores of {PEOPLE:,} people with {millions:g} million events ≤ 2 × the bare aggregation, in {MEMORY}"
    return [compared(goal, taken["scores"], [taken["bare"]], 2, work)]


def prepared(home: str) -> Work:
    """Make the models' inputs: the customers' monthly model, and the events as the feeds would give them."""

    def prepare() -> dict:
        settings = Settings.load(home)
        with raw.opened(settings.warehouse) as con:
            raw.ensure_tables(con)
        _dbt(settings, "seed")
        _dbt(settings, "run", "--empty", "--full-refresh", "--select", "+engagement_scores")
        _dbt(settings, "compile", "--full-refresh", "--select", *CHAIN)
        with _connection(settings) as con:
            con.execute("drop view intermediate.int_score_events_unioned")
            con.execute(
                "create table intermediate.int_score_events_unioned (event_id varchar, entity_type varchar, entity_id"
                " varchar, member_id varchar, event_type varchar, occurred_at timestamptz, event_date date, quantity"
                " double, source varchar)"
            )
            con.execute(EVENTS, {"people": PEOPLE, "each": EVENTS_EACH})
            con.execute("create or replace table intermediate.int_reporting_window as select date '2026-08-01' as"
                        " first_date, date '2026-08-31' as last_date")  # fmt: skip
            con.execute(
                """
                create or replace table intermediate.int_score_signals_activated as
                select
                    models.* exclude (label_en, label_ja, status) replace ('month' as period_types),
                    signals.* exclude (model_id, model_version)
                from seeds.score_models as models
                inner join seeds.score_signals as signals using (model_id, model_version)
                where models.model_id = 'customer_health'
                """
            )
        return {}

    return prepare


def scored(home: str) -> Work:
    """Score the month."""
    settings = Settings.load(home)
    compiled = settings.dbt_target / "compiled" / "social_metrics" / "models"
    statements = [
        f"create or replace table {'intermediate' if name.startswith('int_') else 'marts'}.{name} as "
        + next(compiled.glob(f"*/score/{name}.sql")).read_text(encoding="utf-8")
        for name in CHAIN
    ]

    def run() -> dict:
        with _connection(settings) as con:
            for statement in statements:
                con.execute(statement)
        return {}

    return run


def bare(home: str) -> Work:
    """Aggregate the month."""
    settings = Settings.load(home)

    def run() -> dict:
        with _connection(settings) as con:
            con.execute(BARE)
        return {}

    return run


def _connection(settings: Settings) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(str(settings.warehouse))
    con.execute(f"set timezone = 'UTC'; set memory_limit = '{MEMORY}'; set temp_directory = '{settings.home}/spilt'")
    return con


def _dbt(settings: Settings, *words: str) -> None:
    done = subprocess.run(
        [str(transform.DBT), "--quiet", *words],
        env={**os.environ, **transform.environment(settings)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotMeasured(" ".join(done.stdout.split())[-400:])
