"""Metrics of X posts, public and private, and the refusals that come leaf by leaf inside an HTTP 200."""

from datetime import datetime, timedelta

from sandbox.servers.wire import chance
from sandbox.servers.x_request import PROBLEMS

# leaf -> counter of the world
PUBLIC_LEAVES = {
    "retweet_count": "reposts",
    "reply_count": "replies",
    "like_count": "likes",
    "quote_count": "quotes",
    "bookmark_count": "bookmarks",
    "impression_count": "impressions",
}
PRIVATE_LEAVES = {
    "non_public_metrics": {
        "impression_count": "impressions",
        "engagements": "engagements",
        "user_profile_clicks": "profile_visits",
        "url_link_clicks": "link_clicks",
    },
    **{
        f"{share}_metrics": {
            "impression_count": f"{share}_impressions",
            "like_count": f"{share}_likes",
            "reply_count": f"{share}_replies",
            "retweet_count": f"{share}_reposts",
            "user_profile_clicks": f"{share}_profile_visits",
            "url_link_clicks": f"{share}_link_clicks",
        }
        for share in ("organic", "promoted")
    },
}
# The documented wall; live readings put it somewhere between 31 and 90 days.
PRIVATE_FOR = timedelta(days=30)


def metrics(post, counters: dict[str, int], groups: set[str], at: datetime) -> tuple[dict, list[dict]]:
    """Return the metric groups of a post that its author may read, and the refusals for the others.

    A link click that could not happen is absent, not zero: a post without a link has no url_link_clicks.
    """
    values, refusals = {}, []
    if "public_metrics" in groups:
        values["public_metrics"] = public(post, counters)
    for group, leaves in PRIVATE_LEAVES.items():
        if group not in groups:
            continue
        if post.referenced_type == "retweeted":
            refusals += _refused(post, group, "cannot be queried for Retweets.", with_link=True)
        elif at - post.published_at > PRIVATE_FOR:
            refusals += _refused(post, group, "cannot be queried for Tweets older than 30 days.", with_link=True)
        elif group == "promoted_metrics" and not counters["promoted_impressions"]:
            words = "cannot be queried for Tweets that have not been promoted."
            refusals += _refused(post, group, words, with_link=post.link_url is not None)
        else:
            values[group] = {
                leaf: counters[counter]
                for leaf, counter in leaves.items()
                if leaf != "url_link_clicks" or post.link_url is not None
            }
    return values, refusals


def public(post, counters: dict[str, int]) -> dict[str, int]:
    """Return the six public counters; a retweet shows its original's reposts and zero for all else."""
    if post.referenced_type == "retweeted":
        return dict.fromkeys(PUBLIC_LEAVES, 0) | {
            "retweet_count": 20 + int(380 * chance("original", post.referenced_id))
        }
    return {leaf: counters[counter] for leaf, counter in PUBLIC_LEAVES.items()}


def _refused(post, group: str, words: str, with_link: bool) -> list[dict]:
    leaves = [leaf for leaf in PRIVATE_LEAVES[group] if with_link or leaf != "url_link_clicks"]
    return [
        {
            "resource_id": post.native_id,
            "resource_type": "tweet",
            "section": "data",
            "title": "Disallowed Resource",
            "detail": f"The field `{group}.{leaf}` {words}",
            "type": PROBLEMS + "disallowed-resource",
        }
        for leaf in leaves
    ]


def not_the_author(post, groups: set[str], parameter: str) -> list[dict]:
    """Return the refusals for a reader who is not the author; such a post is not in the answer at all."""
    return [
        {
            "resource_type": "tweet",
            "field": f"{group}.{leaf}",
            "parameter": parameter,
            "resource_id": post.native_id,
            "title": "Field Authorization Error",
            "section": "data",
            "detail": f"Sorry, you are not authorized to access '{group}.{leaf}' on the Tweet with {parameter} : "
            f"[{post.native_id}].",
            "value": post.native_id,
            "type": PROBLEMS + "not-authorized-for-field",
        }
        for group in PRIVATE_LEAVES
        if group in groups
        for leaf in PRIVATE_LEAVES[group]
    ]
