"""Instagram media: fields of a post or story, and its lifetime insights, metric by metric.

A metric that the product type does not have refuses the whole request, be it one media's insights or a page of
media with nested insights. Likes, comments, views and the like are organic; the `total_` ones include ads.
"""

from datetime import datetime
from hashlib import blake2b

from sandbox.servers.graph_errors import GraphError, no_permission, nonexisting_field, opaque
from sandbox.servers.graph_fields import Field
from sandbox.servers.instagram_insights import stamp
from sandbox.servers.wire import chance, words

NAMES = words(
    "impressions reach replies saved likes comments shares total_interactions follows profile_visits profile_activity "
    "navigation ig_reels_video_view_total_time ig_reels_avg_watch_time views reels_skip_rate reposts facebook_views "
    "crossposted_views total_views total_likes total_comments link_clicks"
)
# metric -> (product types that have it, counter of the world or None)
METRICS = {
    "reach": ("FEED REELS STORY", "reach"),
    "views": ("FEED REELS STORY", "organic_views"),
    "likes": ("FEED REELS", "organic_likes"),
    "comments": ("FEED REELS", "organic_comments"),
    "saved": ("FEED REELS", "saves"),
    "shares": ("FEED REELS STORY", "organic_shares"),
    "total_interactions": ("FEED REELS STORY", "total_interactions"),
    "reposts": ("FEED REELS STORY", "organic_reposts"),
    "follows": ("FEED STORY", "follows"),
    "profile_visits": ("FEED STORY", "organic_profile_visits"),
    "profile_activity": ("FEED STORY", "bio_clicks"),
    "replies": ("STORY", "replies"),
    "navigation": ("STORY", None),
    "link_clicks": ("STORY", "organic_link_clicks"),
    "ig_reels_avg_watch_time": ("REELS", None),
    "ig_reels_video_view_total_time": ("REELS", "watch_ms"),
    "reels_skip_rate": ("REELS", None),
    "total_views": ("FEED REELS STORY", "views"),
    "total_likes": ("FEED REELS", "likes"),
    "total_comments": ("FEED REELS", "comments"),
}
NAVIGATION = ("tap_forward", "tap_back", "tap_exit", "swipe_forward")
BREAKDOWNS = {"profile_activity": "action_type", "navigation": "story_navigation_action_type"}
FIELDS = words(
    "id alt_text caption comments_count is_shared_to_feed media_audio_type media_product_type media_type media_url "
    "owner permalink shortcode thumbnail_url timestamp username reposts_count total_comments_count total_like_count "
    "view_count like_count is_comment_enabled is_ai_generated saved_count shares_count total_views_count "
    "boost_ads_list boost_eligibility_info copyright_check_information legacy_instagram_media_id ig_id children "
    "collaborators comments insights product_tags"
)
ENTRY = ("name", "period", "values", "title", "description", "total_value", "id")
FEWEST_VIEWERS = 5


def insights(post, counters: dict[str, int], params) -> list[dict]:
    """Return the insight entries of one media for `metric` and `breakdown`, or raise the first refusal."""
    names = [word.strip() for word in params.get("metric", "").split(",") if word.strip()]
    if not names:
        raise GraphError("(#100) The parameter metric is required")
    for position, name in enumerate(names):
        _check_metric(name, position, post)
    breakdown = params.get("breakdown")
    if breakdown and any(BREAKDOWNS.get(name) != breakdown for name in names):
        raise opaque()
    if post.is_story and counters["reach"] < FEWEST_VIEWERS:
        raise GraphError("(#10) Not enough viewers for the media to show insights", 10)
    return [_entry(post, name, counters, breakdown) for name in names]


def _check_metric(name: str, position: int, post) -> None:
    if name == "video_views":
        raise GraphError("(#100) Starting from version 21+, the following metric is no longer supported: video_views.")
    if name not in NAMES:
        raise GraphError(f"(#100) metric[{position}] must be one of the following values: {', '.join(NAMES)}")
    if name == "impressions":
        raise GraphError(
            "(#100) Starting from version v22.0 and above, the impressions metric is no longer supported for the "
            "queried media."
        )
    if name in ("facebook_views", "crossposted_views"):
        raise GraphError("Fatal")  # nothing in this world is shared to Facebook
    if post.media_product_type not in METRICS[name][0].split():
        raise GraphError(
            f"(#100) The Media Insights API does not support the {name} metric for this media product type."
        )


def _entry(post, name: str, counters: dict[str, int], breakdown: str | None) -> dict:
    value = _value(post, name, counters)
    title = name.replace("ig_reels_", "").replace("_", " ").capitalize()
    entry = {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        "title": title,
        "description": f"{title} of the media to date.",
        "id": f"{post.native_id}/insights/{name}/lifetime",
    }
    if breakdown:
        # Documented in upper case, sent in lower case.
        parts = {part: counters[part] for part in NAVIGATION} if name == "navigation" else {"bio_link_clicked": value}
        results = [{"dimension_values": [part], "value": count} for part, count in parts.items() if count]
        entry["total_value"] = {
            "value": value,
            "breakdowns": [{"dimension_keys": [breakdown], "results": results}],
        }
    return entry


def _value(post, name: str, counters: dict[str, int]) -> int | float:
    if name == "navigation":
        return sum(counters[part] for part in NAVIGATION)
    if name == "ig_reels_avg_watch_time":
        return post.watch_ms if counters["organic_views"] else 0
    if name == "reels_skip_rate":
        return round(20 + 40 * chance("skip", post.native_id), 2)
    return counters[METRICS[name][1]]


def media_object(post, fields: tuple[Field, ...], counters: dict[str, int], present: datetime) -> dict:
    """Return a media with the fields asked for; what a media does not have is left out."""
    found = {}
    for field in fields:
        if field.name not in FIELDS:
            raise nonexisting_field(field.name, "IGMedia")
        if field.name == "view_count":
            raise GraphError(
                "(#36104) You do not have permission to access this field outside of the Business Discovery API.",
                36104,
            )
        if field.name in ("boost_ads_list", "boost_eligibility_info"):
            raise no_permission()
        if field.name == "insights":
            entries = insights(post, counters, field.modifiers)
            wanted = {"id", *(below.name for below in field.below)} if field.below else set(ENTRY)
            found["insights"] = {
                "data": [{key: entry[key] for key in ENTRY if key in wanted & set(entry)} for entry in entries]
            }
            continue
        value = _field(post, field.name, counters, present)
        if value is not None:
            found[field.name] = value
    return found | {"id": post.native_id}


def _field(post, name: str, counters: dict[str, int], present: datetime) -> object:
    if name in COUNTS:
        return counters[COUNTS[name]]
    read = READERS.get(name)
    return read(post, present) if read else None


def shortcode(post) -> str:
    """Return the short name of a media in its address."""
    return "C" + blake2b(post.native_id.encode(), digest_size=5).hexdigest()


def _permalink(post) -> str:
    code = shortcode(post)
    if post.is_story:
        return f"https://www.instagram.com/stories/{post.account.handle}/{post.native_id}"
    return f"https://www.instagram.com/{'reel' if post.surface == 'reels' else 'p'}/{code}/"


def _address(post, present: datetime) -> str:
    # Signed anew at each reading: such an address says nothing about whether the media changed.
    return f"https://scontent.cdninstagram.com/v/{shortcode(post)}.jpg?oe={int(present.timestamp()):x}"


def _children(post) -> dict | None:
    if post.media_type != "CAROUSEL_ALBUM":
        return None
    return {
        "data": [
            {"id": f"{int(post.native_id) + number + 1}0", "media_type": "IMAGE"} for number in range(post.media_count)
        ]
    }


COUNTS = {
    "comments_count": "organic_comments",
    "like_count": "organic_likes",
    "saved_count": "saves",
    "shares_count": "shares",
    "reposts_count": "reposts",
    "total_like_count": "likes",
    "total_comments_count": "comments",
    "total_views_count": "views",
}
# What a reader answers with None, and every field without a reader, this media does not have.
READERS = {
    "caption": lambda post, _: post.text or None,
    "media_type": lambda post, _: post.media_type,
    "media_product_type": lambda post, _: post.media_product_type,
    "timestamp": lambda post, _: stamp(post.published_at),
    "permalink": lambda post, _: _permalink(post),
    "shortcode": lambda post, _: shortcode(post),
    "username": lambda post, _: post.account.handle,
    "owner": lambda post, _: {"id": post.account.native_id},
    "media_url": _address,
    "thumbnail_url": lambda post, present: _address(post, present) if post.media_type == "VIDEO" else None,
    "is_shared_to_feed": lambda post, _: True if post.surface == "reels" else None,
    "is_comment_enabled": lambda *_: True,
    "children": lambda post, _: _children(post),
}
