"""What Instagram shows of others: competitors, media under a hashtag, media that tag an account.

Competitors are the world's other accounts. Strangers' media are decided by their hour or day alone, so that every run
agrees. The searches of an account are counted over the seven days before the virtual present.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import blake2b

from sandbox.servers import graph_paging as paging
from sandbox.servers import instagram_media
from sandbox.servers.graph_errors import GraphError, nonexisting_field
from sandbox.servers.graph_fields import Field
from sandbox.servers.instagram_insights import stamp
from sandbox.servers.wire import Ask, chance, words

WEEK, HASHTAGS_A_WEEK = timedelta(days=7), 30
LARGEST_PAGE, MOST_AN_HOUR, MOST_TAGS_A_DAY, STRANGERS = 50, 8, 4, 300
PROFILE = words("id username name biography website followers_count follows_count media_count")
MEDIA_FIELDS = words(
    "id caption comments_count like_count media_product_type media_type media_url owner permalink timestamp username "
    "view_count children"
)
HIDES_LIKES = 0.05  # of all posts
KINDS = (("IMAGE", "FEED"), ("CAROUSEL_ALBUM", "FEED"), ("VIDEO", "REELS"))


@dataclass(frozen=True)
class Stranger:
    """One media of somebody who is no account of the world."""

    media_id: str
    username: str
    published_at: datetime
    kind: tuple[str, str]
    likes: int

    def fields(self, names: set[str]) -> dict:
        """Return the fields asked for, likes left out where they are hidden."""
        whole = {
            "id": self.media_id,
            "username": self.username,
            "media_type": self.kind[0],
            "media_product_type": self.kind[1],
            "timestamp": stamp(self.published_at),
            "caption": f"by {self.username}",
            "comments_count": self.likes // 12,
            "like_count": None if chance("hidden", self.media_id) < HIDES_LIKES else self.likes,
            "permalink": f"https://www.instagram.com/p/{self.media_id[-8:]}/",
        }
        return {name: value for name, value in whole.items() if name in names | {"id"} and value is not None}


class Public:
    """The public side of every Instagram account."""

    def __init__(self, view) -> None:
        self.view = view
        self.searched: dict[str, dict[str, datetime]] = {}
        self.shown: dict[tuple, int] = {}

    def discovered(self, field: Field, profile: Callable[[object, str], object], ask: Ask) -> dict:
        """Return what `business_discovery.username(…)` tells of a professional account."""
        handle = field.modifiers.get("username", "").lower()
        found = next((one for one in self.view.accounts_of("instagram") if one.handle.lower() == handle), None)
        if found is None:
            raise GraphError("Invalid user id", 110, error_subcode=2207013)
        told = {"id": found.account_id}
        for below in field.below or ():
            if below.name == "media":
                told["media"] = self._media(found, below, ask)
            elif below.name not in PROFILE:
                raise nonexisting_field(below.name, "IGUser")
            elif below.name != "id":
                told[below.name] = profile(found, below.name)
        return {name: value for name, value in told.items() if value is not None}

    def _media(self, account, field: Field, ask: Ask) -> dict:
        posts = [post for post in reversed(self.view.posts(account, ask.present)) if not post.is_story]
        size = paging.limit(field.modifiers.get("limit"))
        first = paging.position(field.modifiers.get("after"), posts)
        page = posts[first : first + size]
        data = [self._discovered_media(post, field.below or (), ask) for post in page]
        # A nested list tells a cursor and never an address.
        more = {"paging": {"cursors": {"after": paging.cursor(page[-1])}}} if first + size < len(posts) else {}
        return {"data": data, **more}

    def _discovered_media(self, post, fields: tuple[Field, ...], ask: Ask) -> dict:
        for field in fields:
            if field.name not in MEDIA_FIELDS:
                raise nonexisting_field(field.name, "IGMedia")
        counters = self.view.counters(post, ask.present)
        own = tuple(field for field in fields if field.name not in ("view_count", "like_count"))
        found = instagram_media.media_object(post, own, counters, ask.present)
        asked = {field.name for field in fields}
        if "view_count" in asked and post.surface == "reels":
            found["view_count"] = counters["views"]
        if "like_count" in asked and chance("hidden", post.native_id) >= HIDES_LIKES:
            found["like_count"] = counters["organic_likes"]
        return found

    def search(self, account, ask: Ask) -> dict:
        """Return the id of a hashtag; each new one takes one of the thirty of seven days."""
        name = ask.params.get("q", "").lower()
        if not name or not name.replace("_", "").isalnum():
            raise GraphError("Invalid hashtag", 100, error_subcode=2207024)
        searched = self._recently(account, ask.present)
        if name not in searched and len(searched) >= HASHTAGS_A_WEEK:
            raise GraphError("(#18) Maximum number of hashtags queried", 18, error_subcode=2207034)
        self.searched.setdefault(account.account_id, {}).setdefault(name, ask.present)
        return {"data": [{"id": hashtag_id(name)}]}

    def recently_searched(self, account, ask: Ask) -> dict:
        """Return the hashtags whose slot is still taken."""
        return {"data": [{"id": hashtag_id(name), "name": name} for name in self._recently(account, ask.present)]}

    def _recently(self, account, present: datetime) -> list[str]:
        searched = self.searched.setdefault(account.account_id, {})
        for name in [name for name, at in searched.items() if at <= present - WEEK]:
            del searched[name]
        return [name for name, at in searched.items() if at <= present]

    def hashtag_media(self, tag_id: str, account, fields: tuple[Field, ...], ask: Ask) -> dict:
        """Return a page of the last 24 hours; the cursor is the same on every page, the next one is what follows."""
        for field in fields:
            if field.name in ("username", "owner", "view_count"):
                raise nonexisting_field(field.name, "ShadowIGHashtagMedia")
        found = sorted(of_hashtag(tag_id, ask.present), key=lambda one: one.published_at, reverse=True)
        size = min(paging.limit(ask.params.get("limit")), LARGEST_PAGE)
        key = (account.account_id, tag_id, ask.present)
        first = self.shown.get(key, 0) if ask.params.get("after") else 0
        self.shown[key] = first + size
        data = [one.fields({field.name for field in fields}) for one in found[first : first + size]]
        return {"data": data, "paging": {"cursors": {"after": f"QVFI{tag_id}"}}} if data else {"data": []}

    def tags(self, account, fields: tuple[Field, ...], ask: Ask) -> dict:
        """Return a page of the media of others in which the account is tagged, newest first."""
        found = sorted(of_tagged(account, self.view.first_instant, ask.present), key=lambda one: one.published_at)[::-1]
        size = min(paging.limit(ask.params.get("limit")), LARGEST_PAGE)
        first = int(ask.params.get("after") or 0)
        told = {"cursors": {"after": str(first + size)}}
        if first + size < len(found):
            told["next"] = f"{ask.base}/{account.account_id}/tags?access_token=TOKEN&after={first + size}"
        data = [one.fields({field.name for field in fields}) for one in found[first : first + size]]
        return {"data": data, "paging": told} if data else {"data": []}


def hashtag_id(name: str) -> str:
    """Return the global and static id of a hashtag."""
    return "1784" + str(int.from_bytes(blake2b(name.encode(), digest_size=6).digest()) % 10**13).zfill(13)


def of_hashtag(tag_id: str, present: datetime) -> Iterator[Stranger]:
    """Yield the media of the 24 hours before `present` under a hashtag."""
    hour = present.replace(minute=0, second=0, microsecond=0)
    for _ in range(24):
        hour -= timedelta(hours=1)
        for number in range(int(MOST_AN_HOUR * chance("hashtag", tag_id, hour))):
            key = (tag_id, hour, number)
            yield _stranger(key, hour + timedelta(seconds=int(3600 * chance("moment", *key))))


def of_tagged(account, since: datetime, present: datetime) -> Iterator[Stranger]:
    """Yield the media that tag an account, published before `present`."""
    day = datetime.combine(since.date(), time(), UTC)
    while day < present:
        for number in range(int(MOST_TAGS_A_DAY * chance("tagged", account.account_id, day.date()))):
            key = (account.account_id, day.date(), number)
            one = _stranger(key, day + timedelta(seconds=int(86_400 * chance("moment", *key))))
            if one.published_at < present:
                yield one
        day += timedelta(days=1)


def _stranger(key: tuple, at: datetime) -> Stranger:
    media_id = "179" + str(int(10**14 * chance("media", *key))).zfill(14)
    username = f"guest_{int(STRANGERS * chance('author', *key)):03d}"
    kind = KINDS[int(len(KINDS) * chance("kind", *key))]
    return Stranger(media_id, username, at, kind, likes=int(300 * chance("likes", *key) ** 3))
