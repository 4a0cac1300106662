"""X's raw tables: the keys of its pages that are kept, in both vocabularies, and how each becomes typed rows."""

from __future__ import annotations

from connectors.streams import Table, Treatment

USER_SCHEMA = {
    "data": {
        "username": "VARCHAR",
        "name": "VARCHAR",
        "protected": "BOOLEAN",
        "public_metrics": {
            "followers_count": "BIGINT",
            "following_count": "BIGINT",
            "tweet_count": "BIGINT",
            "post_count": "BIGINT",
            "listed_count": "BIGINT",
        },
    }
}
_PUBLIC = {
    "retweet_count": "BIGINT",
    "repost_count": "BIGINT",
    "reply_count": "BIGINT",
    "like_count": "BIGINT",
    "quote_count": "BIGINT",
    "bookmark_count": "BIGINT",
    "impression_count": "BIGINT",
}
_PRIVATE = {
    "impression_count": "BIGINT",
    "engagements": "BIGINT",
    "user_profile_clicks": "BIGINT",
    "url_link_clicks": "BIGINT",
}
_SPLIT = {
    "impression_count": "BIGINT",
    "like_count": "BIGINT",
    "reply_count": "BIGINT",
    "retweet_count": "BIGINT",
    "repost_count": "BIGINT",
    "user_profile_clicks": "BIGINT",
    "url_link_clicks": "BIGINT",
}
_ENTITIES = {
    "hashtags": [{"tag": "VARCHAR"}],
    "urls": [{"expanded_url": "VARCHAR", "media_key": "VARCHAR"}],
}
_LONG_TEXT = {"text": "VARCHAR", "entities": _ENTITIES}
_REFERENCES = [{"type": "VARCHAR", "id": "VARCHAR"}]
POST_SCHEMA = {
    "data": [
        {
            "id": "VARCHAR",
            "text": "VARCHAR",
            "note_tweet": _LONG_TEXT,
            "note_post": _LONG_TEXT,
            "created_at": "VARCHAR",
            "conversation_id": "VARCHAR",
            "in_reply_to_user_id": "VARCHAR",
            "edit_history_tweet_ids": ["VARCHAR"],
            "edit_history_post_ids": ["VARCHAR"],
            "referenced_tweets": _REFERENCES,
            "referenced_posts": _REFERENCES,
            "attachments": {"media_keys": ["VARCHAR"]},
            "withheld": {"copyright": "BOOLEAN", "country_codes": ["VARCHAR"]},
            "entities": _ENTITIES,
            "public_metrics": _PUBLIC,
            "non_public_metrics": _PRIVATE,
            "organic_metrics": _SPLIT,
            "promoted_metrics": _SPLIT,
        }
    ],
    "includes": {"media": [{"media_key": "VARCHAR", "type": "VARCHAR"}]},
    "errors": [
        {
            "resource_id": "VARCHAR",
            "value": "VARCHAR",
            "title": "VARCHAR",
            "detail": "VARCHAR",
            "type": "VARCHAR",
            "field": "VARCHAR",
        }
    ],
}
_KINDS_OF_REFERENCE = frozenset({"retweeted", "quoted", "replied_to"})
POST_VALUES = {
    "data[].referenced_tweets[].type": _KINDS_OF_REFERENCE,
    "data[].referenced_posts[].type": _KINDS_OF_REFERENCE,
    "includes.media[].type": frozenset({"photo", "video", "animated_gif"}),
}

USERS = Table(
    "users",
    USER_SCHEMA,
    """
    select
        landing_file, body.data.username, body.data.name, body.data.protected as is_protected,
        body.data.public_metrics.followers_count,
        body.data.public_metrics.following_count,
        coalesce(body.data.public_metrics.tweet_count, body.data.public_metrics.post_count) as tweet_count,
        body.data.public_metrics.listed_count
    from page
    """,
)

# An id holds the millisecond in which it was made, since 2010.
_DATE_OF_ID = """
    case
        when try_cast(post.id as bigint) > 1e12
            then to_timestamp(((try_cast(post.id as bigint) >> 22) + 1288834974657) / 1000.0)
    end
"""


def _entities(name: str) -> str:
    """Return a list of a post's entities; those beyond the first 280 characters stand in its long text alone."""
    return f"coalesce(post.note_tweet.entities.{name}, post.note_post.entities.{name}, post.entities.{name})"


# An address that carries a media key is the picture's own, not a link.
POSTS = Table(
    "posts",
    POST_SCHEMA,
    f"""
    select
        landing_file, post.id as post_id,
        coalesce(post.edit_history_tweet_ids[1], post.edit_history_post_ids[1], post.id) as first_post_id,
        coalesce(post.note_tweet.text, post.note_post.text, post.text) as text,
        coalesce(try_cast(post.created_at as timestamptz), {_DATE_OF_ID}) as created_at,
        post.conversation_id, post.in_reply_to_user_id,
        coalesce(post.referenced_tweets[1].type, post.referenced_posts[1].type) as referenced_type,
        media_types[list_position(media_keys, post.attachments.media_keys[1])] as media_type,
        array_to_string(list_transform({_entities("hashtags")}, lambda one: lower(one.tag)), ' ') as hashtags,
        len(coalesce(post.edit_history_tweet_ids, post.edit_history_post_ids)) as version_count,
        array_to_string(post.withheld.country_codes, ' ') as withheld_countries,
        list_filter({_entities("urls")}, lambda one: one.media_key is null)[1].expanded_url as link_url,
        coalesce(post.public_metrics.retweet_count, post.public_metrics.repost_count) as public_retweet_count,
        post.public_metrics.reply_count as public_reply_count,
        post.public_metrics.like_count as public_like_count,
        post.public_metrics.quote_count as public_quote_count,
        post.public_metrics.bookmark_count as public_bookmark_count,
        post.public_metrics.impression_count as public_impression_count,
        post.non_public_metrics.impression_count as non_public_impression_count,
        post.non_public_metrics.engagements as non_public_engagements,
        post.non_public_metrics.user_profile_clicks as non_public_user_profile_clicks,
        post.non_public_metrics.url_link_clicks as non_public_url_link_clicks,
        post.organic_metrics.impression_count as organic_impression_count,
        post.organic_metrics.like_count as organic_like_count,
        post.organic_metrics.reply_count as organic_reply_count,
        coalesce(post.organic_metrics.retweet_count, post.organic_metrics.repost_count) as organic_retweet_count,
        post.organic_metrics.user_profile_clicks as organic_user_profile_clicks,
        post.organic_metrics.url_link_clicks as organic_url_link_clicks,
        post.promoted_metrics.impression_count as promoted_impression_count,
        post.promoted_metrics.like_count as promoted_like_count,
        post.promoted_metrics.reply_count as promoted_reply_count,
        coalesce(post.promoted_metrics.retweet_count, post.promoted_metrics.repost_count)
            as promoted_retweet_count,
        post.promoted_metrics.user_profile_clicks as promoted_user_profile_clicks,
        post.promoted_metrics.url_link_clicks as promoted_url_link_clicks
    from (
        select
            landing_file, unnest(body.data) as post,
            list_transform(body.includes.media, lambda one: one.media_key) as media_keys,
            list_transform(body.includes.media, lambda one: one.type) as media_types
        from page
    )
    where post.id is not null
    """,
    key=("post_id",),
)

POST_REFUSALS = Table(
    "post_refusals",
    POST_SCHEMA,
    """
    select distinct
        landing_file, coalesce(nullif(refusal.resource_id, 'unknown'), refusal.value) as post_id, refusal.title,
        refusal.detail, regexp_extract(refusal.type, '[^/]*$') as problem,
        nullif(
            regexp_extract(coalesce(refusal.field, refusal.detail), '(non_public|organic|promoted)_metrics[.a-z_]*'), ''
        ) as field
    from (select landing_file, unnest(body.errors) as refusal from page)
    """,
)

# What others write is theirs: of their posts only the moment, the tags and a keyed hash of the author are kept.
OF_OTHERS: dict[str, Treatment] = {
    "author_id": "hash",
    "text": "drop",
    "mentions": "drop",
    "urls": "drop",
    "annotations": "drop",
    "includes": "drop",
    "errors": "drop",
}

MENTIONS = Table(
    "mentions",
    {
        "data": [
            {
                "id": "VARCHAR",
                "author_id": "VARCHAR",
                "created_at": "VARCHAR",
                "referenced_tweets": _REFERENCES,
                "referenced_posts": _REFERENCES,
                "entities": {"hashtags": [{"tag": "VARCHAR"}]},
            }
        ]
    },
    """
    select
        landing_file, mention.id as post_id, mention.author_id as author_key,
        try_cast(mention.created_at as timestamptz) as created_at,
        coalesce(mention.referenced_tweets[1].type, mention.referenced_posts[1].type) as referenced_type,
        array_to_string(list_transform(mention.entities.hashtags, lambda one: lower(one.tag)), ' ') as hashtags
    from (select landing_file, unnest(body.data) as mention from page)
    where mention.id is not null
    """,
    key=("post_id",),
)

MENTION_COUNTS = Table(
    "mention_counts",
    {"data": [{"start": "VARCHAR", "end": "VARCHAR", "tweet_count": "BIGINT", "post_count": "BIGINT"}]},
    """
    select
        landing_file, try_cast(bucket.start as timestamptz) as started_at,
        try_cast(bucket."end" as timestamptz) as ended_at,
        coalesce(bucket.tweet_count, bucket.post_count) as mention_count
    from (select landing_file, unnest(body.data) as bucket from page where status = 200)
    where bucket.start is not null
    """,
)
