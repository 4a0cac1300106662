"""What was planted, as CSV files beside the sandbox: the marts are graded against them. No person is named."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from sandbox import rates
from sandbox.model import Post
from sandbox.scenario import WARM_UP_DAYS
from sandbox.streams import HOUR, epoch_hour, instant, iso, midnight
from sandbox.world import World

Rows = Iterator[dict[str, object]]
PACIFIC = "America/Los_Angeles"
PURCHASE_PAGES = ("/pricing", "/checkout")
KEYS = {  # the header begins with these, also when a world has no row
    "posts": ("brand_id", "platform", "native_account_id", "native_post_id"),
    "post_days": ("native_account_id", "native_post_id", "day"),
    "account_days": ("brand_id", "platform", "native_account_id", "day_zone", "day"),
    "site_days": ("brand_id", "day", "landing_page", "source", "medium", "campaign", "content"),
    "leads": ("brand_id", "contact_id"),
    "deals": ("brand_id", "deal_id", "contact_id"),
    "entity_events": ("brand_id", "event_id"),
    "surveys": ("brand_id", "response_id"),
    "tickets": ("brand_id", "ticket_id"),
    "shops": ("brand_id", "daily_visits", "elasticity", "lag_days", "wander"),
    "incidents": ("kind", "account", "start", "days", "size", "brand_id", "native_id", "post_id", "end"),
}


def write(world: World, directory: Path | str) -> list[Path]:
    """Write every file of the truth into `directory` and return their paths."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, rows in TABLES.items():
        path = directory / f"{name}.csv"
        _write_csv(path, KEYS[name], list(rows(world)))
        written.append(path)
    path = directory / "rates.json"
    path.write_text(json.dumps(rates.as_document(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return [*written, path]


def _write_csv(path: Path, keys: tuple[str, ...], rows: list[dict[str, object]]) -> None:
    header = list(dict.fromkeys([*keys, *(column for row in rows for column in row)]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _posts(world: World) -> Rows:
    end = midnight(world.scenario.end)
    for native_id, posts in world.posts.items():
        life = world.lives[native_id]
        promoted = set(life.promoted_content.values())
        for post in posts:
            yield {
                "brand_id": post.account.brand_id, "platform": post.account.platform,
                "native_account_id": native_id, "native_post_id": post.native_id,
                "published_at": iso(post.published_at), "surface": post.surface, "format": post.format,
                "media_type": post.media_type or "", "media_product_type": post.media_product_type or "",
                "campaign": post.campaign, "link_url": post.link_url or "", "hashtags": " ".join(post.hashtags),
                "conversation_id": post.conversation_id or "", "in_reply_to": post.in_reply_to or "",
                "referenced_type": post.referenced_type or "", "quality": round(post.quality, 6),
                "boost": post.boost, "is_promoted": post.native_id in promoted,
                **world.post_counters(post, end),
            }  # fmt: skip


def _midnights(begin: date, end: date, zone: str) -> list[tuple[date, datetime, datetime]]:
    """Return each day of a zone with the instants that begin and end it."""
    days = [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
    edges = [datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) for day in days]
    return list(zip(days[:-1], edges[:-1], edges[1:], strict=True))


def _post_days(world: World) -> Rows:
    """Yield a post's increments on each UTC day of its life; reach is left out, since it is not additive."""
    begin = world.scenario.start - timedelta(days=WARM_UP_DAYS)
    days = _midnights(begin, world.scenario.end, "UTC")
    for posts in world.posts.values():
        for post in posts:
            yield from _days_of(world, post, days)


def _days_of(world: World, post: Post, days: list[tuple[date, datetime, datetime]]) -> Rows:
    before: dict[str, int] = {}
    last = post.first_hour + post.counts.shape[1]
    for day, begin, end in days:
        if epoch_hour(end) <= post.first_hour or epoch_hour(begin) >= last:
            continue
        after = world.post_counters(post, end)
        more = {name: value - before.get(name, 0) for name, value in after.items() if "reach" not in name}
        yield {"native_account_id": post.account.native_id, "native_post_id": post.native_id, "day": day, **more}
        before = after


def _account_days(world: World) -> Rows:
    """Yield an account's totals on each day from the start, by UTC, Pacific and brand days."""
    present = midnight(world.scenario.end)
    for account in world.accounts:
        for zone in ("UTC", PACIFIC, world.brands[account.brand_id].zone):
            for day, begin, end in _midnights(world.scenario.start, world.scenario.end, zone):
                until = min(end, present)
                yield {
                    "brand_id": account.brand_id, "platform": account.platform,
                    "native_account_id": account.native_id, "day_zone": zone, "day": day,
                    "is_complete": end <= present,
                    "followers_eod": world.followers(account, until), "following_eod": world.following(account, until),
                    **world.account_totals(account, begin, until),
                }  # fmt: skip


def _site_days(world: World) -> Rows:
    """Yield the site's figures by brand day and session origin; sessions are those that were tracked."""
    for brand in world.brands.values():
        begin = datetime.combine(world.scenario.start, time(), brand.tz).astimezone(UTC)
        visits = world.visits[brand.brand_id]
        visits = visits[visits["started_at"] >= epoch_hour(begin) * HOUR]
        hours, place = np.unique(visits["started_at"] // HOUR, return_inverse=True)
        days = np.array([instant(hour * HOUR).astimezone(brand.tz).date().isoformat() for hour in hours.tolist()])
        names = ("landing_page", "source", "medium", "campaign", "content")
        keys = zip(days[place].tolist() if visits.size else [], *(visits[n].tolist() for n in names), strict=True)
        groups: dict[tuple, list[int]] = {}
        for row, key in enumerate(keys):
            groups.setdefault(key, []).append(row)
        for key, rows in sorted(groups.items()):
            every = visits[rows]
            seen = every[every["is_tracked"]]
            yield {
                "brand_id": brand.brand_id, "day": key[0], **dict(zip(names, key[1:], strict=True)),
                "visits": len(every), "sessions": len(seen), "engaged_sessions": int(seen["engaged"].sum()),
                "new_users": int(seen["is_new"].sum()), "users": len(np.unique(seen["visitor"])),
                "page_views": int(seen["page_views"].sum()), "purchase_page_views": _purchase_page_views(seen),
                "engagement_s": int(seen["engagement_s"].sum()),
                "generate_lead": int(seen["leads"].sum()), "purchase": int(seen["purchases"].sum()),
                "revenue_cents": int(seen["revenue_cents"].sum()), "broken_visits": int(every["is_broken"].sum()),
            }  # fmt: skip


def _purchase_page_views(visits: np.ndarray) -> int:
    return sum(page in PURCHASE_PAGES for path in visits["path"].tolist() for page in path.split())


def _leads(world: World) -> Rows:
    end = midnight(world.scenario.end)
    for brand_id, contacts in world.contacts.items():
        for contact in contacts:
            state = world.contact_state(contact, end)
            yield {
                "brand_id": brand_id, "contact_id": contact.contact_id, "visitor": contact.visitor,
                "first_visit_at": iso(contact.first_visit_at), "submitted_at": iso(contact.submitted_at),
                "created_at": iso(contact.created_at), "source": contact.source, "medium": contact.medium,
                "campaign": contact.campaign, "content": contact.content, "stage_at_end": state["lifecyclestage"],
                "qualified_at": state.get("hs_lifecyclestage_marketingqualifiedlead_date", ""),
                "opportunity_at": state.get("hs_lifecyclestage_opportunity_date", ""),
                "customer_at": state.get("hs_lifecyclestage_customer_date", ""),
            }  # fmt: skip


def _deals(world: World) -> Rows:
    end = midnight(world.scenario.end)
    for brand_id, deals in world.deals.items():
        for deal in deals:
            state = world.deal_state(deal, end)
            yield {
                "brand_id": brand_id, "deal_id": deal.deal_id, "contact_id": deal.contact_id,
                "currency": deal.currency, "created_at": iso(deal.created_at), "stage_at_end": state["dealstage"],
                "amount_at_end": state["amount"], "closed_at": state["closedate"] or "",
                "is_closed": state["hs_is_closed"], "is_won": state["hs_is_closed_won"],
            }  # fmt: skip


def _entity_events(world: World) -> Rows:
    for brand_id, events in world.entity_events.items():
        for event in events:
            yield {"brand_id": brand_id, **vars(event), "occurred_at": iso(event.occurred_at)}


def _surveys(world: World) -> Rows:
    for brand_id, answers in world.surveys.items():
        for answer in answers:
            yield {"brand_id": brand_id, **vars(answer), "responded_at": iso(answer.responded_at)}


def _tickets(world: World) -> Rows:
    for brand_id, tickets in world.tickets.items():
        for ticket in tickets:
            closed_at = iso(ticket.closed_at) if ticket.closed_at else ""
            yield {"brand_id": brand_id, **vars(ticket), "opened_at": iso(ticket.opened_at), "closed_at": closed_at}


def _shops(world: World) -> Rows:
    for brand in world.scenario.brands:
        if brand.shop:
            yield {"brand_id": brand.brand_id, **brand.shop.model_dump()}


def _incidents(world: World) -> Rows:
    for planted in world.planted:
        yield {**vars(planted), "end": planted.start + timedelta(days=planted.days)}


TABLES: dict[str, Callable[[World], Rows]] = {
    "posts": _posts,
    "post_days": _post_days,
    "account_days": _account_days,
    "site_days": _site_days,
    "leads": _leads,
    "deals": _deals,
    "entity_events": _entity_events,
    "surveys": _surveys,
    "tickets": _tickets,
    "shops": _shops,
    "incidents": _incidents,
}
