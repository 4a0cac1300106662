"""Cursor paging of Graph lists: an opaque cursor, and a next address that is absent on the last page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from sandbox.servers.graph_errors import GraphError
from sandbox.servers.instagram_query import moment
from sandbox.servers.wire import Ask

PAGE, LONGEST_PAGE = 25, 100


def with_token(asked: dict, ask: Ask) -> dict:
    """Return the parameters of a paging address: it carries the token only if the request's address did."""
    return {**asked, "access_token": ask.params.get("access_token", "TOKEN")}


def limit(text: str | None) -> int:
    """Return the page size asked for, within what Graph gives."""
    if text is None:
        return PAGE
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise GraphError("(#100) param limit must be a positive integer")
    return min(int(text), LONGEST_PAGE)


def within(posts: list, params) -> list:
    """Return the posts of `since` to `until`, where they are given."""
    since, until = (moment(params.get(name), name) for name in ("since", "until"))
    if since is None and until is None:
        return posts
    return [
        post for post in posts if (not since or post.published_at >= since) and (not until or post.published_at < until)
    ]


def cursor(post) -> str:
    """Return the opaque cursor of a media."""
    return "QVFIU" + urlsafe_b64encode(post.native_id.encode()).decode().rstrip("=")


def position(after: str | None, posts: list) -> int:
    """Return the place that follows a cursor."""
    if not after:
        return 0
    coded = after.removeprefix("QVFIU")
    try:
        native_id = urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except ValueError:
        native_id = ""
    for place, post in enumerate(posts):
        if post.native_id == native_id:
            return place + 1
    raise GraphError("(#100) Invalid cursors values")
