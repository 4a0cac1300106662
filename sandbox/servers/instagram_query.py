"""What an account-insights request may say, checked in Graph's own order: the first refusal is the answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.servers.graph_errors import GraphError, opaque
from sandbox.servers.wire import epoch, instant, words

LONGEST_S = 30 * 24 * 3600
PERIODS = ("day", "week", "days_28", "month", "lifetime", "total_over_range")
BREAKDOWNS = ("age", "city", "country", "gender", "contact_button_type", "follow_type", "media_product_type")
NAMES = words(
    "reach follower_count website_clicks profile_views online_followers accounts_engaged total_interactions likes "
    "comments shares saves replies engaged_audience_demographics reached_audience_demographics follower_demographics "
    "follows_and_unfollows profile_links_taps views threads_likes threads_replies reposts quotes threads_followers "
    "threads_follower_demographics content_views threads_views threads_clicks threads_reposts"
)
# metric -> what it is called, the breakdowns offered
BY_SURFACE = ("media_product_type",)
TOTALS = {
    "views": ("Views", ("follow_type", "media_product_type")),
    "reach": ("Accounts reached", ("follow_type", "media_product_type")),
    "accounts_engaged": ("Accounts engaged", ()),
    "total_interactions": ("Total interactions", BY_SURFACE),
    "likes": ("Likes", BY_SURFACE),
    "comments": ("Comments", BY_SURFACE),
    "shares": ("Shares", BY_SURFACE),
    "saves": ("Saves", BY_SURFACE),
    "replies": ("Replies", ()),
    "reposts": ("Reposts", ()),
    "profile_views": ("Profile views", ()),
    "website_clicks": ("Website clicks", ()),
    "profile_links_taps": ("Profile links taps", ("contact_button_type",)),
    "follows_and_unfollows": ("Follows and unfollows", ("follow_type",)),
}
SERIES_DAYS = {"day": 1, "week": 7, "days_28": 28}


@dataclass(frozen=True)
class Query:
    """A checked request; `since` and `until` are instants, `until` the first that no longer counts."""

    metrics: tuple[str, ...]
    period: str
    is_total: bool
    breakdown: str | None
    since: datetime
    until: datetime


def checked(params, present: datetime) -> Query:
    """Return the query of the parameters, or raise the first refusal in Graph's own order."""
    metrics = tuple(word.strip() for word in params.get("metric", "").split(",") if word.strip())
    if not metrics:
        raise GraphError("(#100) The parameter metric is required")
    for position, name in enumerate(metrics):
        if name not in NAMES:
            raise GraphError(f"(#100) metric[{position}] must be one of the following values: {', '.join(NAMES)}")
    period = params.get("period", "")
    if not period:
        raise GraphError("(#100) The parameter period is required")
    if period not in PERIODS:
        raise GraphError(f"(#100) period must be one of the following values: {', '.join(PERIODS)}")
    is_total = _is_total(metrics, period, params.get("metric_type", "default"))
    breakdown = _breakdown(metrics, params.get("breakdown", ""), is_total)
    since, until = _span(params, present)
    if "follower_count" in metrics and since < present - timedelta(days=31):
        raise GraphError(
            "(#100) (follower_count) metric only supports querying data for the last 30 days excluding the current day"
        )
    return Query(metrics, period, is_total, breakdown, since, until)


def _is_total(metrics: tuple[str, ...], period: str, metric_type: str) -> bool:
    if metric_type not in ("default", "time_series", "total_value"):
        raise GraphError("(#100) metric_type must be one of the following values: default, time_series, total_value")
    is_total = metric_type == "total_value"
    totals_only = [name for name in metrics if name != "reach" and (name in TOTALS or name.endswith("demographics"))]
    if totals_only and not is_total:
        raise GraphError(
            f"(#100) The following metrics ({', '.join(totals_only)}) should be specified with parameter "
            "metric_type=total_value"
        )
    if is_total and "follower_count" in metrics:
        raise GraphError(
            "(#100) The following metric (follower_count) is incompatible with the metric type (total_value)"
        )
    for name in metrics:
        lifetime = name.endswith("demographics") or name == "online_followers"
        offered = ("lifetime",) if lifetime else tuple(SERIES_DAYS) if name == "reach" and not is_total else ("day",)
        if period not in offered:
            raise GraphError(f"(#100) The following metric ({name}) is incompatible with the period ({period})")
    return is_total


def _breakdown(metrics: tuple[str, ...], text: str, is_total: bool) -> str | None:
    words = [word.strip() for word in text.split(",") if word.strip()]
    for position, word in enumerate(words):
        if word not in BREAKDOWNS:
            raise GraphError(
                f"(#100) breakdown[{position}] must be one of the following values: {', '.join(BREAKDOWNS)}"
            )
    if not words or all(name.endswith("demographics") for name in metrics):
        return ",".join(words) or None
    is_offered = all(words[0] in TOTALS[name][1] for name in metrics if name in TOTALS)
    if not is_total or len(words) > 1 or not is_offered or not set(metrics) <= set(TOTALS):
        raise opaque()
    return words[0]


def _span(params, present: datetime) -> tuple[datetime, datetime]:
    since, until = (moment(params.get(name), name) for name in ("since", "until"))
    if until is None:
        until = since + timedelta(days=1) if since else present
    if since is None:
        since = until - timedelta(days=1)
    if since > until:
        raise GraphError("(#100) since param is not valid. Metrics data is available for since before until")
    if (until - since).total_seconds() > LONGEST_S:
        raise GraphError("(#100) There cannot be more than 30 days (2592000 s) between since and until")
    return since, until


def moment(text: str | None, name: str) -> datetime | None:
    """Return the instant that Unix seconds or an ISO text name."""
    if not text:
        return None
    if text.isdigit() and len(text) <= 11:
        return datetime.fromtimestamp(int(text), instant("1970-01-01").tzinfo)
    if found := instant(text):
        return found
    raise GraphError(f"(#100) param {name} must be a valid time")


def shifted(query: Query) -> dict[str, tuple[int, int]]:
    """Return (since, until) of the neighbouring spans: there is always a next one, even in the future."""
    since, until = epoch(query.since), epoch(query.until)
    width = until - since
    return {"previous": (since - 1 - width, since - 1), "next": (until + 1, until + 1 + width)}
