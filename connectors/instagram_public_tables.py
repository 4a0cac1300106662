"""Raw tables of what is public on Instagram: competitors, media under a hashtag, media that tag the account."""

from __future__ import annotations

from connectors.streams import Table

_PUBLIC_MEDIA = {
    "id": "VARCHAR",
    "username": "VARCHAR",
    "media_type": "VARCHAR",
    "media_product_type": "VARCHAR",
    "timestamp": "VARCHAR",
    "like_count": "BIGINT",
    "comments_count": "BIGINT",
    "view_count": "BIGINT",
}
_ERROR = {"code": "BIGINT", "error_subcode": "BIGINT", "message": "VARCHAR"}
_COMPETITOR_SCHEMA = {
    "business_discovery": {
        "username": "VARCHAR",
        "followers_count": "BIGINT",
        "follows_count": "BIGINT",
        "media_count": "BIGINT",
        "media": {"data": [_PUBLIC_MEDIA]},
    },
    "error": _ERROR,
}
_LIST_SCHEMA = {"data": [_PUBLIC_MEDIA], "error": _ERROR}

# Asked by name, so that a competitor whom the source refuses is a row with the reason.
_HANDLE = "lower(regexp_extract(asked, 'username\\(([^)]*)\\)', 1))"
_COMPETITORS = f"""
    select
        landing_file, {_HANDLE} as handle, body.business_discovery.followers_count,
        body.business_discovery.follows_count, body.business_discovery.media_count, body.error.code,
        body.error.error_subcode as subcode, body.error.message
    from page
"""
_COMPETITOR_MEDIA = f"""
    select
        landing_file, handle, entry.id as media_id, entry.media_type, entry.media_product_type,
        try_cast(entry.timestamp as timestamptz) as published_at, entry.like_count, entry.comments_count,
        entry.view_count
    from (
        select landing_file, {_HANDLE} as handle, unnest(body.business_discovery.media.data) as entry from page
    )
"""
COMPETITORS = (
    Table("competitors", _COMPETITOR_SCHEMA, _COMPETITORS, key=("handle",)),
    Table("competitor_media", _COMPETITOR_SCHEMA, _COMPETITOR_MEDIA, key=("media_id",)),
)

# The search names a hashtag and its id, the lists name only the id.
HASHTAG_MEDIA = Table(
    "hashtag_media",
    _LIST_SCHEMA,
    """
    select * from (
    with searched as (
        select landing_file, lower(regexp_extract(asked, '[?&]q=([^&]*)', 1)) as hashtag, body.data[1].id as hashtag_id
        from page
        where asked like '%/ig_hashtag_search?%' and body.error is null
    ),
    listed as (
        select landing_file, regexp_extract(asked, '/(\\d+)/recent_media', 1) as hashtag_id, unnest(body.data) as entry
        from page
        where asked like '%/recent_media?%'
    )
    select
        listed.landing_file, url_decode(searched.hashtag) as hashtag, listed.entry.id as media_id,
        listed.entry.media_type, try_cast(listed.entry.timestamp as timestamptz) as published_at,
        listed.entry.like_count, listed.entry.comments_count
    from listed
    inner join searched using (landing_file, hashtag_id)
    )
    """,
    key=("hashtag", "media_id"),
)

TAGGED_MEDIA = Table(
    "tagged_media",
    _LIST_SCHEMA,
    """
    select
        landing_file, entry.id as media_id, entry.username as author_key, entry.media_type,
        entry.media_product_type, try_cast(entry.timestamp as timestamptz) as published_at, entry.like_count,
        entry.comments_count
    from (select landing_file, unnest(body.data) as entry from page)
    where entry.id is not null
    """,
    key=("media_id",),
)
