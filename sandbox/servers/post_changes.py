"""What becomes of single posts after publication, as a scenario plants it: deleted, withheld somewhere, edited once.

An edit makes a new id half an hour after publication; each version counts for itself, the older one what it had until
then. The truth files know nothing of it: they tell the post as it was written.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from sandbox.model import Post

EDITED_AFTER = timedelta(minutes=30)
WITHHELD_IN = ("DE", "FR")


@dataclass(frozen=True)
class Versions:
    """The two versions of an edited post."""

    first: Post
    second: Post


class PostChanges:
    """The changes of a world's posts, by native id."""

    def __init__(self, world) -> None:
        self.gone_at: dict[str, datetime] = {}
        self.withheld_at: dict[str, datetime] = {}
        self.edited: dict[str, Versions] = {}
        start = datetime.combine(world.scenario.start, time(), UTC)
        for change in world.scenario.post_changes:
            own = [post for post in world.posts[change.account] if post.is_own and not post.is_story]
            since = sorted((post for post in own if post.published_at >= start), key=lambda post: post.published_at)
            post = since[change.number - 1]
            at = datetime.combine(change.at, time(), UTC)
            if change.kind == "edited":
                self.edited[post.native_id] = _versions(post)
            else:
                (self.gone_at if change.kind == "deleted" else self.withheld_at)[post.native_id] = at

    def of(self, post: Post, at: datetime) -> Post | None:
        """Return a post as a list shows it at `at`, None once it is deleted."""
        if at >= self.gone_at.get(post.native_id, datetime.max.replace(tzinfo=UTC)):
            return None
        if at >= self.withheld_at.get(post.native_id, datetime.max.replace(tzinfo=UTC)):
            return replace(post, withheld_in=WITHHELD_IN)
        versions = self.edited.get(post.native_id)
        return versions.second if versions and at >= versions.second.published_at else post

    def version(self, native_id: str, at: datetime) -> Post | None:
        """Return the version of an edited post that has this id."""
        for versions in self.edited.values():
            for one in (versions.first, versions.second):
                if one.native_id == native_id and at >= versions.second.published_at:
                    return one
        return None

    def counters(self, post: Post, at: datetime, read) -> dict[str, int]:
        """Return what a version counts; `read` gives the counters of the whole post at an instant."""
        if len(post.versions) < 2:
            return read(post, at)
        edited_at = self.edited[post.versions[0]].second.published_at
        until_then = read(post, min(at, edited_at))
        if post.native_id == post.versions[0]:
            return until_then
        return {name: count - until_then[name] for name, count in read(post, at).items()}


def _versions(post: Post) -> Versions:
    second_id = str(int(post.native_id) + (int(EDITED_AFTER.total_seconds() * 1000) << 22))
    ids = (post.native_id, second_id)
    return Versions(
        replace(post, versions=ids),
        replace(post, versions=ids, native_id=second_id, published_at=post.published_at + EDITED_AFTER),
    )
