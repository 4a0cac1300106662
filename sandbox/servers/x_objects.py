"""Posts, users and media as X writes them; what is absent is left out, never null."""

import re
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from sandbox.servers.wire import iso_millis
from sandbox.servers.x_metrics import metrics
from sandbox.servers.x_request import RENAMED, Params

CUT = 280
HASHTAG = re.compile(r"#(\w+)")


def shortened(url: str) -> str:
    """Return the short address under which X writes a link."""
    return "https://t.co/" + blake2b(url.encode(), digest_size=5).hexdigest()


def post_object(post, params: Params, counters: dict[str, int], at: datetime) -> tuple[dict, list[dict]]:
    """Return one post in the dialect of the request, and the refusals that go with it."""
    fields = params.post_fields()
    groups = {name for name in fields if name.endswith("_metrics")}
    values, refusals = metrics(post, counters, groups, at)
    full = post.text.replace(post.link_url, shortened(post.link_url)) if post.link_url else post.text
    whole = {
        "id": post.native_id,
        "text": full if len(full) <= CUT else full[: CUT - 1] + "…",
        "edit_history_tweet_ids": list(post.versions or (post.native_id,)),
        "attachments": {"media_keys": media_keys(post)} if media_keys(post) else None,
        "author_id": post.account.native_id,
        "conversation_id": post.conversation_id or post.native_id,
        "created_at": iso_millis(post.published_at),
        "edit_controls": {
            "edits_remaining": 5,
            "is_edit_eligible": post.referenced_type is None,
            "editable_until": iso_millis(post.published_at + timedelta(hours=1)),
        },
        "entities": _entities(post, full),
        "in_reply_to_user_id": post.referenced_user_id if post.referenced_type == "replied_to" else None,
        "lang": "en",
        "note_tweet": {"text": full} if len(full) > CUT else None,
        "possibly_sensitive": False,
        "referenced_tweets": [{"type": post.referenced_type, "id": post.referenced_id}] if post.referenced_id else None,
        "reply_settings": "everyone",
        "withheld": {"copyright": False, "country_codes": list(post.withheld_in)} if post.withheld_in else None,
        **values,
    }
    found = {name: value for name, value in whole.items() if name in fields and value is not None}
    return (in_new_words(found) if params.is_new else found), refusals


def in_new_words(found: object) -> object:
    """Return an object with the names of the new dialect."""
    if isinstance(found, dict):
        return {RENAMED.get(name, name): in_new_words(value) for name, value in found.items()}
    return found


def _entities(post, text: str) -> dict | None:
    tags = [{"start": match.start(), "end": match.end(), "tag": match[1]} for match in HASHTAG.finditer(text)]
    found = {"hashtags": tags} if tags else {}
    if post.link_url:
        short = shortened(post.link_url)
        start = text.index(short)
        shown = post.link_url.split("//", 1)[-1]
        found["urls"] = [
            {
                "start": start,
                "end": start + len(short),
                "url": short,
                "expanded_url": post.link_url,
                "display_url": shown if len(shown) <= 27 else shown[:26] + "…",
            }
        ]
    return found or None


def media_keys(post) -> list[str]:
    """Return the media keys of a post."""
    prefix = {"photo": 3, "video": 7, "animated_gif": 16}.get(post.media_type)
    return [f"{prefix}_{int(post.native_id) + number + 1}" for number in range(post.media_count)] if prefix else []


def media_objects(post, params: Params, counters: dict[str, int]) -> list[dict]:
    """Return the media of a post with the media fields asked for."""
    wanted = {"media_key", "type", *params.words("media.fields")}
    objects = []
    for key in media_keys(post):
        is_video = post.media_type == "video"
        whole = {
            "media_key": key,
            "type": post.media_type,
            "width": 1200,
            "height": 675,
            "duration_ms": 20_000 + int(post.native_id) % 40_000 if is_video else None,
            "url": None if is_video else f"https://pbs.twimg.com/media/{key}.jpg",
            "preview_image_url": f"https://pbs.twimg.com/media/{key}.jpg" if is_video else None,
            # A video is watched in about a third of the times that it is shown.
            "public_metrics": {"view_count": counters["impressions"] // 3} if is_video else None,
        }
        objects.append({name: value for name, value in whole.items() if name in wanted and value is not None})
    return objects


def user_object(view, account, params: Params, at: datetime) -> dict:
    """Return a user; its public metrics keep `tweet_count` in both dialects."""
    wanted = {"id", "name", "username", *params.words("user.fields")}
    node = account.node
    whole = {
        "id": account.account_id,
        "name": account.brand.name,
        "username": account.handle,
        "created_at": iso_millis(datetime(2021, 3, 2, 9, tzinfo=UTC)),
        "description": f"{account.brand.name} on X.",
        "url": account.brand.site,
        "verified": False,
        "protected": view.world.is_protected(node, at),
    }
    if "public_metrics" in wanted:
        whole["public_metrics"] = _user_metrics(view, account, at)
    return {name: value for name, value in whole.items() if name in wanted}


def _user_metrics(view, account, at: datetime) -> dict[str, int]:
    posts = view.posts(account, at)
    followers = view.world.followers(account.node, at)
    following = view.world.following(account.node, at)
    return {
        "followers_count": followers,
        "following_count": following,
        "tweet_count": len(posts),
        "listed_count": followers // 180,
        "like_count": following * 3,
        "media_count": sum(post.media_count for post in posts),
    }
