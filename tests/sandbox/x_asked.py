"""Asking the sandbox's X."""

from sandbox.servers.wire import instant as moment

ME, OTHER = "1500000000000000101", "1500000000000000102"
TYPE = "https://api.x.com/2/problems/"


def posts(served, at="2026-07-13"):
    found = [post for post in served.world.posts[ME] if post.published_at <= moment(at)]
    return sorted(found, key=lambda post: int(post.native_id), reverse=True)


def one(served, post, at="2026-07-13", token="demo-aozora", **params):
    return served.ask("x", "/2/tweets", at=at, token=token, params={"ids": post.native_id, **params}).json()
