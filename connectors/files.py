"""Dropped files: the kinds that users may put into the inbox, each with its columns; docs/file_feeds/ explains them.

Where      landing/inbox/<kind>/*.csv, *.ndjson or *.parquet, a header of these names, the optional ones at will
Units      instants are ISO 8601 with offset (without one: UTC); sessions are minutes; amounts go with a currency
Identity   the first column names the row: the same id twice is one row, that of the file whose name sorts last
Exports    a file that a tool writes itself keeps the tool's own header and spelling (`headers`, `spelled`, `unread`)
Personal   e-mail: replaced by its keyed hash before the file is archived or loaded; addresses of pages keep utm_* alone
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

INSTANT = "TIMESTAMPTZ"
NUMBER = "DECIMAL(18,6)"
MONEY = "DECIMAL(18,2)"
TEXT = "VARCHAR"
DAY = "DATE"
COUNT = "BIGINT"
PLATFORMS = frozenset({"instagram", "x"})
ACTIVITIES = frozenset({
    "comment", "dm", "need_post", "live", "qa", "app_connected", "app_removed", "password_changed", "page_down",
})  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One kind of dropped file: column types, which must be filled, which are personal.

    `headers` gives our names for those of the tool that writes the file, `spelled` brings its values into our form,
    `unread` are columns of it that are left out.
    """

    name: str
    columns: Mapping[str, str]
    required: frozenset[str]
    hashed: Mapping[str, str] = field(default_factory=dict)
    addresses: frozenset[str] = frozenset()
    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    spelled: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    @property
    def raw_columns(self) -> dict[str, str]:
        """Return the columns as they are loaded, personal ones under the name of their hash."""
        return {self.hashed.get(name, name): kind for name, kind in self.columns.items()}


def _written_day(text: str) -> str:
    """Return `Mon, Mar 23, 2026` as an ISO day; what is spelled otherwise stays as it is."""
    try:
        return datetime.strptime(text.strip(), "%a, %b %d, %Y").date().isoformat()
    except ValueError:
        return text


def _whole_number(text: str) -> str:
    return text.replace(",", "")


_X_COUNTS = {
    "Impressions": "impression_count",
    "Likes": "like_count",
    "Engagements": "engagement_count",
    "Bookmarks": "bookmark_count",
    "Shares": "share_count",
    "New follows": "follow_count",
    "Replies": "reply_count",
    "Reposts": "repost_count",
    "Profile visits": "profile_visit_count",
    "Detail Expands": "detail_expand_count",
    "URL Clicks": "url_click_count",
    "Hashtag Clicks": "hashtag_click_count",
    "Permalink Clicks": "permalink_click_count",
}
_ALL = (
    Kind(
        "product_events",
        {
            "event_id": TEXT,
            "entity_type": TEXT,
            "entity_id": TEXT,
            "event_type": TEXT,
            "occurred_at": INSTANT,
            "quantity": NUMBER,
        },
        frozenset({"event_id", "entity_type", "entity_id", "event_type", "occurred_at"}),
    ),
    Kind(
        "survey_responses",
        {
            "response_id": TEXT,
            "entity_type": TEXT,
            "entity_id": TEXT,
            "survey": TEXT,
            "question_id": TEXT,
            "score": NUMBER,
            "responded_at": INSTANT,
            "department": TEXT,
        },
        frozenset({"response_id", "entity_type", "entity_id", "survey", "responded_at"}),
        allowed={"survey": frozenset({"nps", "csat", "employee"})},
    ),
    Kind(
        "support_tickets",
        {"ticket_id": TEXT, "entity_id": TEXT, "opened_at": INSTANT, "closed_at": INSTANT},
        frozenset({"ticket_id", "entity_id", "opened_at"}),
    ),
    Kind(
        "site_events",
        {
            "event_id": TEXT,
            "occurred_at": INSTANT,
            "visitor_id": TEXT,
            "email": TEXT,
            "event_name": TEXT,
            "page": TEXT,
            "landing_page": TEXT,
            "utm_source": TEXT,
            "utm_medium": TEXT,
            "utm_campaign": TEXT,
            "utm_content": TEXT,
            "engagement_s": NUMBER,
            "value_amount": MONEY,
            "currency": TEXT,
        },
        frozenset({"event_id", "occurred_at", "visitor_id", "event_name"}),
        hashed={"email": "person_key"},
        addresses=frozenset({"page", "landing_page"}),
    ),
    Kind(
        "offline_contacts",
        {
            "contact_id": TEXT,
            "brand_id": TEXT,
            "occurred_at": INSTANT,
            "contact_type": TEXT,
            "quantity": COUNT,
            "email": TEXT,
            "place": TEXT,
            "campaign": TEXT,
        },
        frozenset({"contact_id", "brand_id", "occurred_at", "contact_type"}),
        hashed={"email": "person_key"},
        allowed={"contact_type": frozenset({"visit", "card", "call", "meeting", "event", "demo"})},
    ),
    Kind(
        "message_stats",
        {
            "stat_id": TEXT,
            "message_id": TEXT,
            "brand_id": TEXT,
            "channel": TEXT,
            "sent_at": INSTANT,
            "campaign": TEXT,
            "email": TEXT,
            "delivered_count": COUNT,
            "opened_count": COUNT,
            "clicked_count": COUNT,
            "unsubscribed_count": COUNT,
        },
        frozenset({"stat_id", "message_id", "brand_id", "channel", "sent_at", "delivered_count"}),
        hashed={"email": "person_key"},
        allowed={"channel": frozenset({"mail", "line"})},
    ),
    Kind(
        "hr_metrics",
        {
            "record_id": TEXT,
            "brand_id": TEXT,
            "department": TEXT,
            "month": DAY,
            "headcount": NUMBER,
            "leaver_count": COUNT,
            "absence_days": NUMBER,
            "scheduled_days": NUMBER,
        },
        frozenset({"record_id", "brand_id", "department", "month", "headcount"}),
    ),
    Kind(
        "payouts",
        {
            "payout_id": TEXT,
            "brand_id": TEXT,
            "platform": TEXT,
            "account_id": TEXT,
            "program": TEXT,
            "period_start": DAY,
            "period_end": DAY,
            "amount": MONEY,
            "currency": TEXT,
            "paid_at": INSTANT,
        },
        frozenset(
            {"payout_id", "brand_id", "platform", "account_id", "period_start", "period_end", "amount", "currency"}
        ),
        allowed={"platform": PLATFORMS},
    ),
    Kind(
        "activity_log",
        {
            "activity_id": TEXT,
            "brand_id": TEXT,
            "platform": TEXT,
            "account_id": TEXT,
            "activity": TEXT,
            "occurred_at": INSTANT,
            "status": TEXT,
            "answered_at": INSTANT,
            "post_id": TEXT,
            "need_tag": TEXT,
            "detail": TEXT,
        },
        frozenset({"activity_id", "brand_id", "platform", "account_id", "activity", "occurred_at", "status"}),
        allowed={
            "platform": PLATFORMS,
            "activity": ACTIVITIES,
            "status": frozenset({"open", "done", "cancelled"}),
        },
    ),
    Kind(
        "x_post_analytics",
        {"post_id": TEXT, "published_date": DAY, "post_link": TEXT, **dict.fromkeys(_X_COUNTS.values(), COUNT)},
        frozenset({"post_id", "impression_count"}),
        headers={"Post id": "post_id", "Date": "published_date", "Post Link": "post_link", **_X_COUNTS},
        spelled={"published_date": _written_day, **dict.fromkeys(_X_COUNTS.values(), _whole_number)},
        # Replies name others.
        unread=frozenset({"Post text"}),
    ),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
