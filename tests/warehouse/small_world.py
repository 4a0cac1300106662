"""Two brands over a few days, as raw rows made by hand: small enough to reckon every figure on paper.

Day n of the world is captured at the midnight that ends it. A post gains ten times its number of views (or
impressions) and its number of likes each day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

BRANDS = {
    "aozora": ("Aozora Coffee", "Asia/Tokyo", "JPY", "1"),
    "nordlicht": ("Nordlicht Outdoor", "Europe/Berlin", "EUR", "2"),
}
STREAMS = {
    "instagram": ("account", "account_insights", "media", "stories"),
    "x": ("user", "posts"),
    "ga4": ("daily_reports",),
    "hubspot": ("contacts", "deals"),
}
SNAPSHOTS = {"account", "media", "stories", "user", "posts"}


def register_accounts(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the registry that accounts.yml would give."""
    for brand_id, (name, zone, currency, native_id) in BRANDS.items():
        insert_rows(
            connection,
            "raw_registry.accounts",
            [
                {"brand_id": brand_id, "brand_name": name, "zone": zone, "currency": currency}
                | {"source": source, "account_id": native_id, "handle": brand_id}
                for source in STREAMS
            ],
        )


def capture_day(
    connection: duckdb.DuckDBPyConnection, day: date, first_day: date, hour: int = 0, extra: int = 0
) -> None:
    """Load all that a run of `day` captures; a later `hour` is a second capture, `extra` what it finds on top."""
    captured_at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1, hours=hour)
    age = (day - first_day).days + 1
    for _, zone, currency, native_id in BRANDS.values():
        files = _ledger(connection, native_id, day, captured_at)
        _social(connection, files, captured_at, age, extra)
        _site(connection, files, zone, currency)
        _crm(connection, files, day, currency)


def _ledger(
    connection: duckdb.DuckDBPyConnection, native_id: str, day: date, captured_at: datetime
) -> dict[str, dict[str, object]]:
    files = {}
    for source, streams in STREAMS.items():
        for stream in streams:
            window = captured_at.date() if stream in SNAPSHOTS else day
            files[stream] = {
                "account_id": native_id,
                "window_date": window,
                "captured_at": captured_at,
                "landing_file": f"{source}/{stream}/{window}/{native_id}.{captured_at:%Y%m%dT%H}.ndjson.zst",
            }
            loaded = {"source": source, "stream": stream, "status": "loaded", "row_count": 1, "loaded_at": captured_at}
            insert_rows(connection, "raw_registry.loads", [files[stream] | loaded])
    return files


def _social(
    connection: duckdb.DuckDBPyConnection,
    files: dict[str, dict[str, object]],
    captured_at: datetime,
    age: int,
    extra: int,
) -> None:
    for table, stream in (("raw_instagram.accounts", "account"), ("raw_x.users", "user")):
        insert_rows(connection, table, [files[stream] | {"followers_count": 1000 + 5 * age}])
    totals = {"reach": 700, "views": 1000 + extra, "total_interactions": 100, "shares": 4, "website_clicks": 20}
    insert_rows(
        connection,
        "raw_instagram.account_insights",
        [files["account_insights"] | {"metric": metric, "value": value} for metric, value in totals.items()],
    )
    native_id = files["media"]["account_id"]
    for number in (1, 2):
        # the second post appears on the second day, an hour before its first capture
        lived = age if number == 1 else age - 1
        if lived < 1:
            continue
        published_at = captured_at.replace(hour=0) - timedelta(days=lived - 1, hours=1)
        grown = number * lived + extra
        media = {"media_id": f"{native_id}m{number}", "media_type": "IMAGE", "media_product_type": "FEED"}
        insert_rows(
            connection,
            "raw_instagram.media",
            [files["media"] | media | {"published_at": published_at, "like_count": grown}],
        )
        insert_rows(
            connection,
            "raw_instagram.media_insights",
            [
                files["media"] | {"media_id": f"{native_id}m{number}", "metric": metric, "value": value}
                for metric, value in {"views": 10 * grown, "likes": grown, "reach": 5 * grown}.items()
            ],
        )
        counters = ("like", "reply", "retweet", "quote", "bookmark")
        insert_rows(
            connection,
            "raw_x.posts",
            [
                files["posts"]
                | {
                    "post_id": f"{native_id}p{number}",
                    "first_post_id": f"{native_id}p{number}",
                    "created_at": published_at,
                }
                | {"non_public_impression_count": 10 * grown, "public_impression_count": 10 * grown}
                | {f"public_{counter}_count": grown if counter == "like" else 0 for counter in counters}
            ],
        )


def _site(connection: duckdb.DuckDBPyConnection, files: dict[str, dict[str, object]], zone: str, currency: str) -> None:
    told = files["daily_reports"] | {"property_zone": zone, "currency": currency}
    first_post = f"{told['account_id']}m1"
    traffic = [
        ("instagram", "social", first_post, 6),
        ("t.co", "referral", "(not set)", 3),
        ("news", "referral", None, 2),
    ]
    insert_rows(
        connection,
        "raw_ga4.traffic",
        [
            told | {"source": source, "medium": medium, "content": content, "sessions": sessions, "new_users": 1}
            for source, medium, content, sessions in traffic
        ],
    )
    insert_rows(connection, "raw_ga4.totals", [told | {"sessions": 12, "new_users": 3, "key_events": "2.5"}])
    insert_rows(connection, "raw_ga4.pages", [files["daily_reports"] | {"page_path": "/checkout", "page_views": 4}])


def _crm(connection: duckdb.DuckDBPyConnection, files: dict[str, dict[str, object]], day: date, currency: str) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    native_id = files["contacts"]["account_id"]
    contact = {"contact_id": f"c{day}", "person_key": f"k{day}", "lifecycle_stage": "lead", "lead_at": noon}
    urls = {
        "first_url": f"https://shop.example/pricing?utm_source=instagram&utm_medium=social&utm_content={native_id}m1"
    }
    times = {"created_at": noon, "modified_at": noon}
    insert_rows(connection, "raw_hubspot.contacts", [files["contacts"] | contact | urls | times])
    deal = {"deal_id": f"d{day}", "amount": "100.50", "currency": currency, "closed_at": noon}
    insert_rows(connection, "raw_hubspot.deals", [files["deals"] | deal | times | {"is_closed": True, "is_won": True}])
    insert_rows(
        connection,
        "raw_hubspot.deal_contacts",
        [files["deals"] | {"deal_id": f"d{day}", "contact_id": f"c{day}"}],
    )


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows by column name; columns that a row does not name are NULL."""
    for row in rows:
        names, values = ", ".join(row), list(row.values())
        marks = ", ".join("?" for _ in values)
        connection.execute(f"insert into {table} ({names}) values ({marks})", values)
