"""Insights of an account: the totals of a Pacific day, the reach of a week or month, who the audience is.

One metric that an account can't have makes Graph refuse the whole question. The metric at fault is then asked alone,
so that the refusal is landed as the reason why it is unknown, and left out for the rest of the session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors import instagram_host as graph
from connectors.dialect import Reply
from connectors.errors import PermissionMissing, RequestRefused, names_the_token
from connectors.http import Api
from connectors.instagram_metrics import account_questions
from connectors.streams import Account, Page, Window

PACIFIC = ZoneInfo("America/Los_Angeles")
LONGEST_SPAN_S = 30 * 86400
AUDIENCE_BREAKDOWNS = ("age,gender", "country", "city")
UNKNOWN_OBJECT = 33
Ask = Callable[[Sequence[str]], Reply]


@names_the_token
def account_insights(api: Api, account: Account, window: Window) -> Iterator[Page]:
    """Yield the totals of one Pacific day, undivided and by each breakdown: a call a breakdown."""
    refused: dict[tuple[str, str], Page] = api.memory.setdefault("refused account metrics", {})
    # What was refused before in this session is the reason here too.
    yield from list(refused.values())
    bounds = _bounds(window.day, window.day + timedelta(days=1))
    for breakdown, metrics in account_questions().items():
        more = {"breakdown": breakdown} if breakdown else {}

        def ask(names: Sequence[str], more: dict[str, str] = more) -> Reply:
            return _totals(api, account, names, **bounds, **more)

        offered = [name for name in metrics if (name, breakdown) not in refused]
        if offered:
            yield from _measured(ask, offered, lambda name, page, by=breakdown: refused.update({(name, by): page}))


def _measured(ask: Ask, metrics: Sequence[str], note: Callable[[str, Page], None]) -> Iterator[Page]:
    """Yield the answer about `metrics`, in as many parts as it takes to leave out those that are refused."""
    refusal = None
    try:
        yield ask(metrics).page
    except RequestRefused as caught:
        refusal = caught
    if refusal is None:
        return
    if refusal.code != 100 or refusal.subcode == UNKNOWN_OBJECT or refusal.page is None:
        raise refusal
    if len(metrics) == 1:
        note(metrics[0], refusal.page)
        yield refusal.page
        return
    culprits = graph.blamed(refusal, metrics)
    if 0 < len(culprits) < len(metrics):
        parts = [[name for name in metrics if name not in culprits], *([name] for name in culprits)]
    else:
        parts = [metrics[: len(metrics) // 2], metrics[len(metrics) // 2 :]]
    for part in parts:
        yield from _measured(ask, part, note)


@names_the_token
def period_reach(api: Api, account: Account, window: Window) -> Iterator[Page]:
    """Yield the reach of the week and the month that end with this day; people can't be added up from days.

    A span of more than 30 days is refused: months of 31 days, and November, which is an hour too long.
    """
    following = window.day + timedelta(days=1)
    starts = []
    if following.weekday() == 0:
        starts.append(following - timedelta(days=7))
    if following.day == 1:
        starts.append(window.day.replace(day=1))
    for start in starts:
        if midnight(following) - midnight(start) <= LONGEST_SPAN_S:
            yield _totals(api, account, ["reach"], **_bounds(start, following)).page


@names_the_token
def audience(api: Api, account: Account, window: Window) -> Iterator[Page]:
    """Yield who follows, who engaged over 30 days (on Mondays), followers gained by day, followers online by hour.

    Accounts under 100 followers get empty answers or refusals: both are landed, neither is a failure.
    """
    metrics: list[tuple[str, dict[str, str]]] = [("follower_demographics", {})]
    if window.is_first or window.day.weekday() == 0:
        metrics.append(("engaged_audience_demographics", {"timeframe": "this_month"}))
    today = api.present().astimezone(PACIFIC).date()
    # Thirty days would be an hour too long when summer time ends in them.
    month = {name: str(value) for name, value in _bounds(today - timedelta(days=29), today).items()}
    questions = [
        {"metric": metric, "period": "lifetime", "metric_type": "total_value", "breakdown": breakdown, **more}
        for metric, more in metrics
        for breakdown in AUDIENCE_BREAKDOWNS
    ]
    questions.append({"metric": "follower_count", "period": "day", **month})
    questions.append({"metric": "online_followers", "period": "lifetime"})
    outcomes = list(graph.ask_each(api, [(f"{account.account_id}/insights", question) for question in questions]))
    if all(isinstance(outcome, PermissionMissing) for outcome in outcomes):
        raise outcomes[0]
    for outcome in outcomes:
        yield outcome.page


def _totals(api: Api, account: Account, metrics: Sequence[str], **more: str | int) -> Reply:
    return graph.ask(
        api,
        f"{account.account_id}/insights",
        metric=",".join(metrics),
        period="day",
        metric_type="total_value",
        **more,
    )


def _bounds(start: date, end: date) -> dict[str, int]:
    return {"since": midnight(start), "until": midnight(end)}


def midnight(day: date) -> int:
    """Return the Unix second at which a Pacific day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=PACIFIC).timestamp())
