"""The site's sessions as GA4 tells them: days of the property's zone, and how a day settles.

Open day    sessions that began at least four hours ago
First day   until 24 h after the day's end 97 % of sessions are counted, and 6 % of them have no source yet:
            `(data not available)`; every key event is credited to its own session
After that  final; a third of the credit for a key event goes to the visitor's earlier session of another source,
            if there was one within 30 days, so credit moves between rows while each day's total stays
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from sandbox.servers.ga4_query import Hit
from sandbox.servers.wire import chance, epoch

INTRADAY_LAG = timedelta(hours=4)
SEEN_ON_FIRST_DAY, WITHOUT_SOURCE_ON_FIRST_DAY = 0.97, 0.06
LOOKBACK_S = 30 * 24 * 3600
NOTHING = Decimal(0)
NOBODY = (None, None, False, False, False)
NOT_AVAILABLE = ("(data not available)",) * 4
SOCIAL_MEDIA = {"social", "social-network", "social-media", "sm", "social network", "social media"}


class Site:
    """The tracked sessions of one brand, as rows of plain values in order of their start."""

    def __init__(self, sessions: np.ndarray) -> None:
        self.started = np.ascontiguousarray(sessions["started_at"])
        self.rows = [dict(zip(sessions.dtype.names, row, strict=True)) for row in sessions.tolist()]
        self.before: dict[int, dict] = {}  # place of a session -> the visitor's session before it
        newest: dict[int, dict] = {}
        for place, row in enumerate(self.rows):
            if row["visitor"] in newest:
                self.before[place] = newest[row["visitor"]]
            newest[row["visitor"]] = row

    def places(self, start: int, end: int) -> range:
        """Return the places of the sessions that began in [start, end), epoch seconds."""
        low, high = np.searchsorted(self.started, (start, end))
        return range(int(low), int(high))

    def earlier_origin(self, place: int) -> tuple[str, ...] | None:
        """Return the origin of the visitor's last session before this one, if it was another one."""
        row, earlier = self.rows[place], self.before.get(place)
        if earlier is None or row["started_at"] - earlier["started_at"] > LOOKBACK_S:
            return None
        origin = _origin(earlier)
        return None if origin == _origin(row) else origin


@dataclass(frozen=True)
class Day:
    """One local day as told at some present: whole sessions, and the same ones event by event."""

    sessions: list[Hit]
    events: list[Hit]


class Hits:
    """Sessions and events of every property, by local day."""

    def __init__(self, view) -> None:
        self.view = view
        self.sites = lru_cache(maxsize=None)(lambda brand_id: Site(view.world.sessions[brand_id]))
        # The days that a run re-reads, for a few properties; one is some 4,000 objects.
        self._closed = lru_cache(maxsize=32)(self._of_day)

    def between(self, account, first: date, last: date, present: datetime, by_event: bool) -> list[Hit]:
        """Return the hits of the local days [first, last] as told at `present`."""
        as_of = self.view.world.settled_until(account.account_id, present)
        zone, found = ZoneInfo(account.zone), []
        first = max(first, self.view.first_instant.astimezone(zone).date())
        last = min(last, as_of.astimezone(zone).date())
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            ends = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
            if as_of < ends:
                told = self._of_day(account, day, False, epoch(as_of - INTRADAY_LAG))
            else:
                told = self._closed(account, day, as_of >= ends + timedelta(hours=24))
            found += told.events if by_event else told.sessions
        return found

    def _of_day(self, account, day: date, is_final: bool, until: int | None = None) -> Day:
        site, zone = self.sites(account.brand.brand_id), ZoneInfo(account.zone)
        start, end = (epoch(datetime.combine(day + timedelta(days=more), time(), zone)) for more in (0, 1))
        told = Day([], [])
        for place in site.places(start, end if until is None else max(start, min(end, until + 1))):
            row = site.rows[place]
            origin, shared_with = _origin(row), None
            if is_final:
                shared_with = site.earlier_origin(place) if row["leads"] + row["purchases"] else None
            else:
                key = (account.account_id, row["visitor"], row["started_at"])
                if chance("seen", *key) >= SEEN_ON_FIRST_DAY:
                    continue
                if chance("source", *key) < WITHOUT_SOURCE_ON_FIRST_DAY:
                    origin = NOT_AVAILABLE
            _tell(told, row, _dimensions(origin, row, day), shared_with and _dimensions(shared_with, row, day))
        return told


def _origin(row: dict) -> tuple[str, ...]:
    return row["source"], row["medium"], row["campaign"], row["content"]


def _tell(told: Day, row: dict, dimensions: dict[str, str], elsewhere: dict[str, str] | None) -> None:
    """Add one session to a day; a third of the credit for its key events goes to `elsewhere`."""
    key_events = row["leads"] + row["purchases"]
    revenue = Decimal(row["revenue_cents"]).scaleb(-2) if row["revenue_cents"] else NOTHING
    whole = (
        f"{row['visitor']}.{row['started_at']}",
        row["visitor"],
        row["is_new"],
        row["engaged"],
        bool(key_events),
        row["engagement_s"],  # the session's duration: nothing else is known of it
    )
    credit = 2 if elsewhere else 3
    told.sessions.append(
        Hit(
            dimensions,
            *whole,
            engagement_s=row["engagement_s"],
            page_views=row["page_views"],
            events=1 + row["is_new"] + row["page_views"] + key_events,
            key_thirds=credit * key_events,
            purchases=row["purchases"],
            revenue=revenue,
        )
    )
    if elsewhere:
        told.sessions.append(Hit(elsewhere, *NOBODY, key_thirds=key_events))
    pages = row["path"].split()
    each, rest = divmod(row["engagement_s"], len(pages))

    def event(name: str, page: str, is_key: str = "false", **more) -> None:
        own = {"eventName": name, "pagePath": page, "isKeyEvent": is_key}
        told.events.append(Hit(dimensions | own, *whole, events=1, **more))
        if elsewhere and is_key == "true":
            told.events.append(Hit(elsewhere | own, *NOBODY, key_thirds=1))

    event("session_start", pages[0])
    if row["is_new"]:
        event("first_visit", pages[0])
    for number, page in enumerate(pages):
        # Engagement is spread over the page views, the remainder on the first.
        event("page_view", page, page_views=1, engagement_s=each + (0 if number else rest))
    if row["leads"]:
        event("generate_lead", pages[-1], "true", key_thirds=credit)
    if row["purchases"]:
        event("purchase", pages[-1], "true", key_thirds=credit, purchases=1, revenue=revenue)


def _dimensions(origin: tuple[str, ...], row: dict, day: date) -> dict[str, str]:
    source, medium, campaign, content = origin
    is_tagged = medium in SOCIAL_MEDIA or medium.startswith("paid")
    manual = origin if is_tagged else ("(not set)",) * 4
    return {
        "date": f"{day:%Y%m%d}",
        "landingPage": row["landing_page"],
        "newVsReturning": "new" if row["is_new"] else "returning",
        "sessionSource": source,
        "sessionMedium": medium,
        "sessionSourceMedium": f"{source} / {medium}",
        "sessionCampaignName": campaign,
        "sessionDefaultChannelGroup": channel(source, medium),
        "sessionManualSource": manual[0],
        "sessionManualMedium": manual[1],
        "sessionManualCampaignName": manual[2],
        "sessionManualAdContent": content if is_tagged else "(not set)",
    }


def channel(source: str, medium: str) -> str:
    """Return the default channel group; X is taken for a social source, as Instagram is."""
    if medium in SOCIAL_MEDIA:
        return "Organic Social"
    if medium.startswith("paid"):
        return "Paid Social" if source in ("instagram", "x") else "Paid Other"
    named = {"organic": "Organic Search", "referral": "Referral", "(none)": "Direct"}
    return named.get(medium, "Unassigned")
