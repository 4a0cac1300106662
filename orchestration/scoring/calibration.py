"""Fill `engagement_score_calibration` of the candidate: scores and signals of past periods against what came after.

The model of that name in dbt is the contract, without a row: its figures come from scikit-learn, whose import takes
seconds. So it is asked only when the samples differ from those of the served publication, which is once a month, when
a period's horizon has passed; else the served rows are taken over.
"""

from __future__ import annotations

import csv
from typing import Any

import duckdb

from orchestration.scoring.registry import SEEDS
from orchestration.settings import Settings

TABLE = "engagement_score_calibration"
MOST_ENTITIES = 2_000  # of a model; which ones their names decide, so that it is the same ones every time
MONTHS = 18
# A score of a month that is over, of someone who had neither left nor converted by then, once the horizon has passed.
SAMPLES = """
    create or replace temp table samples as
    with outcomes as (
        select entity_type, entity_id, replace(event_type, 'outcome:', '') as outcome, event_date
        from candidate.marts.fct_entity_events where source = 'outcomes' and event_type like 'outcome:%'
        union all
        select 'lead', person_key, 'converted', cast(occurred_at as date) from candidate.marts.fct_conversions
        where conversion_type = 'customer' and person_key is not null
    ),
    sizes as (
        select model_id, entity_type, count(distinct entity_id) as size, max(period_start) as newest
        from candidate.marts.engagement_scores group by all
    )
    select
        scores.model_id, scores.model_version, scores.entity_type, scores.entity_id, scores.period_type,
        scores.period_start, scores.score, scores.band, asked.outcome, asked.horizon_days,
        count(case when later.outcome = asked.outcome then 1 end) > 0 as happened,
        max(scores.period_end) as period_end
    from candidate.marts.engagement_scores as scores
    inner join sizes using (model_id, entity_type)
    inner join asked using (model_id)
    left join outcomes as later
        on later.entity_type = scores.entity_type and later.entity_id = scores.entity_id
        and later.event_date > scores.period_end and later.event_date <= scores.period_end + asked.horizon_days
    where scores.period_type = 'month' and not scores.is_partial
        and scores.period_end + asked.horizon_days <= (select last_date from {window})
        and scores.period_start > sizes.newest - interval {months} month
        and hash(scores.entity_id) % greatest(sizes.size // {most}, 1) = 0
        and not exists (
            from outcomes as earlier where earlier.entity_type = scores.entity_type
                and earlier.entity_id = scores.entity_id and earlier.event_date <= scores.period_end
                and earlier.outcome in ('churned', 'converted')
        )
    group by all
    -- who had no renewal to decide on decided nothing
    having asked.outcome <> 'renewed' or count(case when later.outcome in ('renewed', 'churned') then 1 end) > 0
"""


def fill(con: duckdb.DuckDBPyConnection, settings: Settings, window: str) -> None:
    """Fill the table of the attached candidate; `window` is the relation of the reporting window."""
    con.execute("create or replace temp table asked (model_id varchar, outcome varchar, horizon_days integer)")
    with (SEEDS / "score_outcomes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            con.execute("insert into asked values (?, ?, ?)", list(row.values()))
    con.execute(SAMPLES.format(window=window, most=MOST_ENTITIES, months=MONTHS))
    digest = _digest(con)
    if digest and not _taken_over(con, settings, digest):
        from orchestration.scoring import verdicts  # scikit-learn takes seconds to import

        rows = verdicts.rows(con)
        names = [column[0] for column in con.execute(f"from candidate.marts.{TABLE}").description]
        for row in rows:
            told: dict[str, Any] = row | {"inputs_hash": digest, "claim_level": "association"}
            con.execute(
                f"insert into candidate.marts.{TABLE} values ({', '.join('?' * len(names))})",
                [told.get(name) for name in names],
            )


def _digest(con: duckdb.DuckDBPyConnection) -> str | None:
    """Return what the samples and all they were measured by come to; None without a sample."""
    count, samples, measured = con.execute(
        """
        select
            (select count(*) from samples), (select sum(hash(each)) from samples as each),
            (
                select sum(hash(parts)) from (
                    select model_id, model_version, signal_id, entity_id, period_start, measured
                    from candidate.marts.engagement_score_contributions
                    semi join samples using (
                        model_id, model_version, entity_type, entity_id, period_type, period_start
                    )
                ) as parts
            )
        """
    ).fetchone()
    return f"{samples:x}-{measured or 0:x}" if count else None


def _taken_over(con: duckdb.DuckDBPyConnection, settings: Settings, digest: str) -> bool:
    """Copy the rows of the served publication if they were made of the same samples; say whether they were."""
    served = settings.published / "marts.duckdb"
    if not served.exists():
        return False
    quoted = str(served.resolve()).replace("'", "''")
    con.execute(f"attach '{quoted}' as served (read_only)")
    try:
        same = con.execute(
            f"insert into candidate.marts.{TABLE} by name from served.marts.{TABLE} where inputs_hash = ?", [digest]
        ).fetchone()[0]
    except (duckdb.CatalogException, duckdb.BinderException):
        return False  # a publication of before this table, or before one of its columns
    finally:
        con.execute("detach served")
    return same > 0
