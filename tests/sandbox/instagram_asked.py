"""Asking the sandbox's Instagram."""

from sandbox.servers.wire import instant as moment

ME = "17841400000000101"


def refusal(reply):
    assert reply.status_code == 400
    return reply.json()["error"]


def posts(served, at="2026-07-13", is_story=False):
    found = [post for post in served.world.posts[ME] if post.published_at <= moment(at) and post.is_story == is_story]
    return sorted(found, key=lambda post: (post.published_at, int(post.native_id)), reverse=True)
