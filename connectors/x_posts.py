"""Asking X for posts: its two vocabularies, and what a token that is not the author's may have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.dialect import Reply
from connectors.errors import RequestRefused
from connectors.http import Api
from connectors.streams import Page

PUBLIC = (
    "id,text,note_tweet,created_at,conversation_id,in_reply_to_user_id,referenced_tweets,edit_history_tweet_ids,"
    "entities,attachments,withheld,public_metrics"
)
PRIVATE = ",non_public_metrics,organic_metrics,promoted_metrics"
# The older vocabulary, which the server answers in kind; the newer one leaves out half of what is asked here.
OLDER = {
    "tweet.fields": PUBLIC + PRIVATE,
    "expansions": "attachments.media_keys",
    "media.fields": "media_key,type",
}
NEWER_PUBLIC = "id,text,note_post,created_at,conversation_id,entities,attachments,withheld,public_metrics"
NEWER = {
    "post.fields": NEWER_PUBLIC + PRIVATE,
    "expansions": "attachments.media_keys,in_reply_to_user_id,edit_history_post_ids,referenced_posts",
    "media.fields": "media_key,type",
}
WITHHOLDING = ("/not-authorized-for-field", "/field-unauthorized")


def in_its_words(api: Api, path: str, older: dict[str, str], newer: dict[str, str], **params: str | int) -> Reply:
    """Ask in the older vocabulary, or in the newer one where the server refuses the older; refusals cost nothing."""
    refused = None
    if "newer words" not in api.memory:
        try:
            return api.get(path, **params, **older)
        except RequestRefused as error:
            refused = error
        if not (refused.page and b"tweet.fields" in refused.page.body):
            raise refused
    reply = api.get(path, **params, **newer)
    api.memory["newer words"] = True
    return reply


def post_pages(api: Api, path: str, **params: str | int) -> Iterator[Page]:
    """Yield the answer for posts, and where it withholds posts for their private metrics, their public part too."""
    reply = in_its_words(api, path, OLDER, NEWER, **params)
    yield reply.page
    withheld = any(str(one.get("type", "")).endswith(WITHHOLDING) for one in listed(reply.json, "errors"))
    if withheld and not reply.json.get("data"):
        yield in_its_words(
            api, path, {**OLDER, "tweet.fields": PUBLIC}, {**NEWER, "post.fields": NEWER_PUBLIC}, **params
        ).page


def posts_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the posts of an answer: of what it lists, all that has an id of X's."""
    return [post for post in listed(body, "data") if str(post.get("id", "")).isdecimal()]


def listed(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects of the list that stands at `name`, none where there is no list."""
    found = body.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def ids_of(page: Page) -> set[str]:
    """Return the ids of the posts that a page holds."""
    return {str(post["id"]) for post in posts_of(json.loads(page.body))}


def ids_asked(asked: str) -> list[str]:
    """Return the ids that a request names; none where it is for a timeline."""
    return [one for ids in parse_qs(urlsplit(asked).query).get("ids", []) for one in ids.split(",")]


def is_empty(page: Page) -> bool:
    """Say whether a page holds neither posts nor refusals, and is the last."""
    body = json.loads(page.body)
    return not (body.get("data") or body.get("errors") or next_token(page))


def next_token(page: Page) -> str | None:
    """Return the token of the page that follows, None after the last."""
    meta = json.loads(page.body).get("meta")
    return meta.get("next_token") if isinstance(meta, dict) else None
