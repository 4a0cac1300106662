"""What the brief says in words: each rule gives a sentence and the tables that it stands on, or nothing.

No rule says more than its figures: parts of a change are parts by arithmetic, a post beside a figure is beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dashboard import figures
from dashboard.reader import Reader
from dashboard.served import Row

POST_SHOWN = 90


@dataclass(frozen=True)
class Sentence:
    """A sentence, its evidence, and whether it calls for somebody to act."""

    text: str
    evidence: str
    is_urgent: bool = False


def goals(reader: Reader) -> Iterator[Sentence]:
    """Tell of each goal where it stands and how it changed."""
    for row in reader.ask("goals"):
        if row["actual"] is None:
            yield Sentence(
                reader.words("brief.goal_unknown", goal=reader.label(row), why=reader.why(row)), "kpi_tree_nodes"
            )
            continue
        told = reader.words("brief.goal", goal=reader.label(row), actual=reader.shown(row["actual"], row["unit"]))
        if row["target"] is not None:
            told += reader.words(
                "brief.of_target",
                attainment=figures.percent(row["attainment"]),
                target=reader.shown(row["target"], row["unit"]),
                status=reader.words.value(row["status"]),
            )
        if row["kgi_delta"] is not None:
            told += reader.words("brief.change", change=reader.change(row["kgi_delta"], row["unit"]))
        yield Sentence(told + reader.words("brief.stop"), "kpi_tree_nodes", row["status"] in {"behind", "missed"})


def movement(reader: Reader) -> Iterator[Sentence]:
    """Tell the largest part of the first goal's change."""
    for goal in reader.ask("goals")[:1]:
        for part in reader.ask("tree_contributions", tree=goal["tree_id"])[:1]:
            if part["contribution"]:
                yield Sentence(
                    reader.words(
                        "brief.moved",
                        goal=reader.label(goal),
                        change=reader.change(goal["kgi_delta"], goal["unit"]),
                        part=reader.label(part),
                        contribution=reader.change(part["contribution"], goal["unit"]),
                    ),
                    "kpi_tree_contributions",
                )


def leak(reader: Reader) -> Iterator[Sentence]:
    """Tell the worst leak of the funnel."""
    label = {row["stage"]: reader.label(row) for row in reader.ask("funnel_stages")}
    for row in reader.ask("funnel_leaks")[:1]:
        if row["leak_rank"] == 1:
            yield Sentence(
                reader.words(
                    "brief.leak",
                    first=label[row["from_stage"]],
                    second=label[row["to_stage"]],
                    rate=figures.percent(row["rate"]),
                    base=figures.percent(row["base_rate"]),
                    lost=figures.shown(row["lost_units"]),
                ),
                "funnel_leaks",
                is_urgent=True,
            )


def incidents(reader: Reader) -> Iterator[Sentence]:
    """Tell the incidents of exposure that touch the week."""
    for row in reader.ask("incidents"):
        if row["incident_start"] > reader.period_end or row["incident_end"] < reader.period_start:
            continue
        of = {"account": reader.account(row), "span": figures.span(row["incident_start"], row["incident_end"])}
        if row["incident_verdict"] == "period":
            yield Sentence(reader.words("brief.incomparable", **of), "impression_triage")
            continue
        change, verdict = figures.change(row["delta_total"]), reader.words.value(row["incident_verdict"])
        told = reader.words("brief.incident", **of, change=change, verdict=verdict)
        yield Sentence(told, "impression_triage", is_urgent=True)


def post(reader: Reader) -> Iterator[Sentence]:
    """Tell the post of the week that was seen most, beside the normal range of its kind."""
    for row in reader.ask("post_table")[:1]:
        if row["exposure_to_date"] is not None:
            yield Sentence(
                reader.words(
                    "brief.post",
                    text=short(row["text"], POST_SHOWN),
                    platform=reader.words.value(row["platform"]),
                    format=reader.words.value(row["format"]),
                    exposure=figures.shown(row["exposure_to_date"]),
                    metric=reader.words.value(row["exposure_metric_id"]),
                    er=figures.percent(row["er_exposure"]),
                    range=reader.words.value(row["normal_range_status"]),
                ),
                "post_performance",
            )


def unknown(reader: Reader) -> Iterator[Sentence]:
    """Tell which stages of the funnel have no value, and why."""
    for row in reader.ask("funnel_stages"):
        if row["value"] is None:
            yield Sentence(
                reader.words("brief.unknown", stage=reader.label(row), why=reader.why(row)), "funnel_periods"
            )


def failures(reader: Reader) -> Iterator[Sentence]:
    """Tell the sources of which a window failed."""
    for row in reader.ask("sources"):
        if row["failed_windows"]:
            yield Sentence(
                reader.words("brief.failed", source=reader.words.value(row["source"]), n=row["failed_windows"]),
                "source_loads",
                is_urgent=True,
            )


def actions(reader: Reader) -> Iterator[Sentence]:
    """Tell the actions whose days are over without a figure that shows their effect."""
    for row in reader.ask("actions_without_result"):
        told = {"action": row["description"] or row["action_id"], "ended": row["window_end"]}
        yield Sentence(reader.words("brief.no_result", **told), "kpi_actions", is_urgent=True)


def step(reader: Reader, row: Row) -> str:
    """Tell what a step of the weekly review found."""
    counts = ("exposure", "engagements", "link_clicks", "sessions", "leads")
    told = {name: figures.shown(row[name]) for name in counts if row[name] is not None}
    missing = dict.fromkeys(counts, reader.words.value("unknown"))
    er = figures.percent(row["er_exposure"])
    return reader.words(f"review.step_{row['step']}", **{**missing, **told, "er": er})


RULES: tuple[Callable[[Reader], Iterator[Sentence]], ...] = (
    goals, movement, leak, incidents, post, actions, unknown, failures,
)  # fmt: skip


def of(reader: Reader) -> list[Sentence]:
    """Return all that is to be said, in fixed order."""
    return [sentence for rule in RULES for sentence in rule(reader)]


def short(text: str | None, longest: int) -> str:
    """Return a text on one line, cut where it is longer than a reader wants it."""
    plain = " ".join((text or "").split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
