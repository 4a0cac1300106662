"""What the brands' people write down or export by hand: shop contacts, mailings, staff, payouts, activities, X's page.

Each row is drawn from a stream of its own, so no other thing of the world moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sandbox import shop
from sandbox.streams import iso, midnight, stream
from sandbox.world import World

COLUMNS = {
    "offline_contacts": (
        "contact_id", "brand_id", "occurred_at", "contact_type", "quantity", "email", "place", "campaign",
    ),
    "message_stats": (
        "stat_id", "message_id", "brand_id", "channel", "sent_at", "campaign", "email", "delivered_count",
        "opened_count", "clicked_count", "unsubscribed_count",
    ),
    "hr_metrics": (
        "record_id", "brand_id", "department", "month", "headcount", "leaver_count", "absence_days", "scheduled_days",
    ),
    "payouts": (
        "payout_id", "brand_id", "platform", "account_id", "program", "period_start", "period_end", "amount",
        "currency", "paid_at",
    ),
    "activity_log": (
        "activity_id", "brand_id", "platform", "account_id", "activity", "occurred_at", "status", "answered_at",
        "post_id", "need_tag", "detail",
    ),
    "x_post_analytics": (
        "Post id", "Date", "Post text", "Post Link", "Impressions", "Likes", "Engagements", "Bookmarks", "Shares",
        "New follows", "Replies", "Reposts", "Profile visits", "Detail Expands", "URL Clicks", "Hashtag Clicks",
        "Permalink Clicks",
    ),
}  # fmt: skip
DEPARTMENTS = {"sales": 9, "support": 7, "product": 14}
NEEDS = ("how_to", "comparison", "care")
PAID_PER_1000_VIEWS = {"JPY": 2.0}
PAID_ELSE = 0.013
WORKDAYS = 21


def is_due(kind: str, day: date) -> bool:
    """Say whether a file of this kind is written when UTC day `day` ends: staff on the 1st, the rest on Sundays."""
    return day.day == 1 if kind == "hr_metrics" else day.weekday() == 6


def offline_contacts(world: World, brand_id: str, day: date) -> Iterable[tuple]:
    """Yield visits of a week as batches of a day, and cards and calls of people whom the CRM knows."""
    known = [contact.email for contact in world.contacts[brand_id] if contact.created_at < midnight(day)]
    planted = next(spec.shop for spec in world.scenario.brands if spec.brand_id == brand_id)
    for number, opened in enumerate(_week(day)):
        rng = stream(world.scenario.seed, brand_id, "offline", opened.toordinal())
        when = iso(midnight(opened) + timedelta(hours=int(rng.integers(1, 9))))
        usual = int(rng.poisson(6)) + 1
        came = shop.visits(world, brand_id, planted, opened) if planted else usual
        yield f"{brand_id}-o{opened:%Y%m%d}", brand_id, when, "visit", came, "", "shop", ""
        if known and number % 2:
            email = known[int(rng.integers(len(known)))]
            kind = ("card", "call", "meeting")[int(rng.integers(3))]
            yield f"{brand_id}-o{opened:%Y%m%d}-p", brand_id, when, kind, 1, email, "", ""


def message_stats(world: World, brand_id: str, day: date) -> Iterable[tuple]:
    """Yield the mailing of the week, a row a recipient of the CRM, and its LINE message as a whole."""
    rng = stream(world.scenario.seed, brand_id, "messages", day.toordinal())
    sent = day - timedelta(days=3)
    when, name = iso(midnight(sent) + timedelta(hours=1)), f"{brand_id}-m{sent:%Y%m%d}"
    for contact in world.contacts[brand_id]:
        if contact.created_at < midnight(sent):
            opened = rng.random() < 0.31
            clicked = opened and rng.random() < 0.14
            yield (
                f"{name}:{contact.contact_id}", name, brand_id, "mail", when, contact.campaign, contact.email, 1,
                int(opened), int(clicked), 0,
            )  # fmt: skip
    delivered = 400 + int(rng.integers(100))
    opened, clicked = int(rng.binomial(delivered, 0.55)), int(rng.binomial(delivered, 0.06))
    line = f"{brand_id}-l{sent:%Y%m%d}"
    yield line, line, brand_id, "line", when, "", "", delivered, opened, clicked, int(rng.poisson(1.5))


def hr_metrics(world: World, brand_id: str, day: date) -> Iterable[tuple]:
    """Yield each department of the month that ended."""
    month = (day - timedelta(days=1)).replace(day=1)
    for department, staff in DEPARTMENTS.items():
        rng = stream(world.scenario.seed, brand_id, "staff", department, month.toordinal())
        scheduled = staff * WORKDAYS
        name = f"{brand_id}-{department}-{month:%Y-%m}"
        leavers, absent = int(rng.random() < 0.12), round(float(rng.gamma(2.0, scheduled * 0.016)) * 2) / 2
        yield name, brand_id, department, month, staff, leavers, absent, scheduled


def payouts(world: World, brand_id: str, day: date) -> Iterable[tuple]:
    """Yield what X pays for the views of the week's posts."""
    begin, end = midnight(day - timedelta(days=6)), midnight(day + timedelta(days=1))
    brand = world.brands[brand_id]
    rate = PAID_PER_1000_VIEWS.get(brand.currency, PAID_ELSE)
    for account in brand.accounts:
        if account.platform != "x":
            continue
        rng = stream(world.scenario.seed, account.native_id, "payout", day.toordinal())
        views = world.account_totals(account, begin, end)["views"]
        amount = f"{views / 1000 * rate * float(rng.lognormal(0, 0.15)):.2f}"
        yield (
            f"{account.native_id}-{day}", brand_id, "x", account.native_id, "revenue_sharing", begin.date(), day,
            amount, brand.currency, iso(end),
        )  # fmt: skip


def activity_log(world: World, brand_id: str, day: date) -> Iterable[tuple]:
    """Yield the week's comments with their answers, posts that answer a need, and a live that is held or not."""
    for account in world.brands[brand_id].accounts:
        rng = stream(world.scenario.seed, account.native_id, "activities", day.toordinal())
        who = (brand_id, account.platform, account.native_id)
        name = f"{account.native_id}-{day:%Y%m%d}"
        for number in range(int(rng.poisson(8))):
            came = midnight(day - timedelta(days=6)) + timedelta(minutes=int(rng.integers(6 * 1440)))
            answered = came + timedelta(minutes=1 + int(rng.exponential(90)))
            is_answered = rng.random() < 0.75
            kind = ("comment", "dm")[int(rng.random() < 0.3)]
            told = ("done", iso(answered)) if is_answered else ("open", "")
            yield f"{name}-{number}", *who, kind, iso(came), *told, "", "", ""
        live = midnight(day) - timedelta(hours=13)
        status = "done" if rng.random() < 0.5 else "cancelled"
        yield f"{name}-live", *who, "live", iso(live), status, "", "", "", ""
        for post in _posts(world, account, day):
            if rng.random() < 0.15:
                need = NEEDS[int(rng.integers(len(NEEDS)))]
                yield (
                    f"{post.native_id}-need", *who, "need_post", iso(post.published_at), "done", "", post.native_id,
                    need, "",
                )  # fmt: skip


def x_post_analytics(world: World, brand_id: str, day: date) -> Iterable[tuple]:
    """Yield the week's posts on X as its analytics page counts them: what the API tells, less a view in a thousand."""
    for account in world.brands[brand_id].accounts:
        for post in _posts(world, account, day) if account.platform == "x" else ():
            told = world.post_counters(post, midnight(day + timedelta(days=1)))
            reactions = [told[name] for name in ("likes", "replies", "reposts", "bookmarks", "quotes")]
            yield (
                post.native_id, f"{post.published_at:%a, %b %-d, %Y}", post.text,
                f"https://x.com/{account.handle}/status/{post.native_id}",
                told["impressions"] - told["impressions"] // 1000, told["likes"], sum(reactions), told["bookmarks"],
                told["shares"], told["follows"], told["replies"], told["reposts"], told["profile_visits"],
                told["impressions"] // 40, told["link_clicks"], 0, 0,
            )  # fmt: skip


def _posts(world: World, account, day: date) -> list:
    begin, end = midnight(day - timedelta(days=6)), midnight(day + timedelta(days=1))
    return [post for post in world.posts[account.native_id] if post.is_own and begin <= post.published_at < end]


def _week(day: date) -> list[date]:
    return [day - timedelta(days=back) for back in range(6, -1, -1)]


ROWS = {
    "offline_contacts": offline_contacts,
    "message_stats": message_stats,
    "hr_metrics": hr_metrics,
    "payouts": payouts,
    "activity_log": activity_log,
    "x_post_analytics": x_post_analytics,
}
