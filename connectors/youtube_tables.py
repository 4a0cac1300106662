"""YouTube's raw tables: every count is text, and absent where the owner hides it."""

from __future__ import annotations

from connectors.streams import Table

CHANNELS = Table(
    "channels",
    {
        "items": [
            {
                "id": "VARCHAR",
                "snippet": {"title": "VARCHAR", "customUrl": "VARCHAR", "publishedAt": "VARCHAR"},
                "statistics": {
                    "subscriberCount": "VARCHAR",
                    "hiddenSubscriberCount": "VARCHAR",
                    "viewCount": "VARCHAR",
                    "videoCount": "VARCHAR",
                },
            }
        ]
    },
    """
    select
        landing_file, item.id as channel_id, item.snippet.title, item.snippet.customUrl as handle,
        try_cast(item.snippet.publishedAt as timestamptz) as created_at,
        case when coalesce(item.statistics.hiddenSubscriberCount, '') <> 'true'
            then try_cast(item.statistics.subscriberCount as bigint) end as subscriber_count,
        try_cast(item.statistics.viewCount as bigint) as view_count,
        try_cast(item.statistics.videoCount as bigint) as video_count
    from (select landing_file, unnest(body.items) as item from page)
    """,
    key=("channel_id",),
)

VIDEOS = Table(
    "videos",
    {
        "items": [
            {
                "id": "VARCHAR",
                "snippet": {"channelId": "VARCHAR", "title": "VARCHAR", "publishedAt": "VARCHAR"},
                "contentDetails": {"duration": "VARCHAR"},
                "statistics": {"viewCount": "VARCHAR", "likeCount": "VARCHAR", "commentCount": "VARCHAR"},
            }
        ]
    },
    """
    select
        landing_file, item.id as video_id, item.snippet.channelId as channel_id, item.snippet.title,
        try_cast(item.snippet.publishedAt as timestamptz) as published_at, item.contentDetails.duration,
        try_cast(item.statistics.viewCount as bigint) as view_count,
        try_cast(item.statistics.likeCount as bigint) as like_count,
        try_cast(item.statistics.commentCount as bigint) as comment_count
    from (select landing_file, unnest(body.items) as item from page)
    """,
    key=("video_id",),
)
