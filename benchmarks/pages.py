"""Pages in the shape in which Instagram and X send them, landed as a day's capture: the input of every load."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from connectors import SOURCES
from connectors.streams import Account, Page, Stream
from orchestration import landing
from orchestration.landing import Capture

CAPTURED_AT = datetime(2026, 9, 1, tzinfo=UTC)
PAGE_SIZE = 100
PAGES_AN_ACCOUNT = 10
WORDS = [
    "slow",
    "coffee",
    "roast",
    "morning",
    "trail",
    "river",
    "summit",
    "harbour",
    "paper",
    "lantern",
    "winter",
    "market",
]
INSIGHTS = {
    "reach": "Accounts reached",
    "saved": "Saved",
    "shares": "Shares",
    "total_interactions": "Post interactions",
    "likes": "Likes",
    "comments": "Comments",
    "views": "Views",
}


def stream_of(source: str, name: str) -> Stream:
    """Return a declared stream by name."""
    return next(stream for stream in SOURCES[source].streams if stream.name == name)


def land(folder: Path, source: str, name: str, accounts: int) -> list[Capture]:
    """Land a thousand records for each of `accounts`, the same ones every time."""
    made, captures = {"x": x_page, "instagram": instagram_page}[source], []
    for number in range(accounts):
        account = Account("brand", source, f"{17841400000000000 + number}", None, "UTC", "EUR", "TOKEN")
        pages = (made(Random(f"{number}.{page}"), number, page) for page in range(PAGES_AN_ACCOUNT))
        stream = stream_of(source, name)
        captures.append(landing.write(folder, account, stream, CAPTURED_AT.date(), CAPTURED_AT, pages, b"key"))
    return captures


def x_page(chance: Random, account: int, page: int) -> Page:
    """Return a page of a timeline: a third of the posts with a picture, half with a link, all with private figures."""
    posts, media = [], []
    for native_id in _ids(account, page):
        text = _text(chance)
        post = {
            "id": native_id,
            "text": text,
            "created_at": _published(chance),
            "conversation_id": native_id,
            "edit_history_tweet_ids": [native_id],
            "entities": {"hashtags": [{"start": 0, "end": 6, "tag": chance.choice(WORDS)}]},
            "public_metrics": _counts(chance, "retweet reply like quote bookmark impression"),
            "non_public_metrics": {
                **_counts(chance, "impression"),
                "engagements": chance.randrange(900),
                "user_profile_clicks": chance.randrange(90),
                "url_link_clicks": chance.randrange(90),
            },
            "organic_metrics": {
                **_counts(chance, "impression like reply retweet"),
                "user_profile_clicks": chance.randrange(90),
                "url_link_clicks": chance.randrange(90),
            },
        }
        if chance.random() < 0.5:
            link = {"start": 1, "end": 24, "url": "https://t.co/a1b2c3", "display_url": "shop.example.com"}
            post["entities"]["urls"] = [{**link, "expanded_url": f"https://shop.example.com/?utm_content={native_id}"}]
        if chance.random() < 0.3:
            post["attachments"] = {"media_keys": [f"3_{native_id}"]}
            media.append({"media_key": f"3_{native_id}", "type": "photo"})
        posts.append(post)
    body = {"data": posts, "includes": {"media": media}, "meta": {"result_count": PAGE_SIZE, "next_token": f"t{page}"}}
    return Page(f"/2/users/{account}/tweets?max_results=100&pagination_token=t{page}", 200, _sent(body))


def instagram_page(chance: Random, account: int, page: int) -> Page:
    """Return a page of media with seven insights nested in each, with the titles and descriptions they come with."""
    media = [
        {
            "id": native_id,
            "caption": f"{_text(chance)} #{chance.choice(WORDS)}",
            "media_type": chance.choice(("IMAGE", "VIDEO", "CAROUSEL_ALBUM")),
            "media_product_type": chance.choice(("FEED", "REELS")),
            "permalink": f"https://www.instagram.com/p/{native_id}/",
            "timestamp": _published(chance).replace(".000Z", "+0000"),
            "like_count": chance.randrange(5000),
            "comments_count": chance.randrange(300),
            "insights": {"data": [_insight(chance, native_id, name, title) for name, title in INSIGHTS.items()]},
        }
        for native_id in _ids(account, page)
    ]
    body = {"data": media, "paging": {"cursors": {"before": f"b{page}", "after": f"a{page}"}}}
    return Page(f"/v26.0/{account}/media?limit=100&after=a{page}", 200, _sent(body))


def _insight(chance: Random, native_id: str, name: str, title: str) -> dict:
    return {
        "name": name,
        "period": "lifetime",
        "values": [{"value": chance.randrange(90000)}],
        "title": title,
        "description": f"{title}: the number of times that this was counted for the media since it was published.",
        "id": f"{native_id}/insights/{name}/lifetime",
    }


def _ids(account: int, page: int) -> Iterator[str]:
    first = 1_900_000_000_000_000_000 + account * 1_000_000 + page * PAGE_SIZE
    return (str(first + number) for number in range(PAGE_SIZE))


def _text(chance: Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randrange(8, 30)))


def _published(chance: Random) -> str:
    at = CAPTURED_AT - timedelta(seconds=chance.randrange(30 * 86400))
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def _counts(chance: Random, names: str) -> dict[str, int]:
    return {f"{name}_count": chance.randrange(90000) for name in names.split()}


def _sent(body: dict) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
