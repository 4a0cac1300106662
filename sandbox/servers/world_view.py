"""The world as the servers address it: accounts by source and native id, and who holds which token.

A token is any text. It is a certain account's when it equals the `token` which that account declares, or when it
holds the account's native id, its handle or its brand_id (so `demo-aozora` is Aozora's on every source).
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from sandbox.model import Brand, Post, SocialAccount
from sandbox.scenario import WARM_UP_DAYS
from sandbox.servers.post_changes import PostChanges


@dataclass(frozen=True)
class Account:
    """One account of one source; `node` is the world's own object where the platform is a social one."""

    source: str
    account_id: str
    brand: Brand
    handle: str | None = None
    token: str | None = None
    node: SocialAccount | None = None

    @property
    def zone(self) -> str:
        """Return the IANA zone of the brand's day."""
        return self.brand.zone

    @property
    def currency(self) -> str:
        """Return the brand's currency."""
        return self.brand.currency

    def is_named_by(self, token: str) -> bool:
        """Say whether a token is this account's own, as the module says."""
        if self.token is not None:
            return token == self.token
        names = (self.account_id, self.brand.brand_id, self.handle)
        return any(name.lower() in token.lower() for name in names if name)


class WorldView:
    """Look-ups over one world."""

    def __init__(self, world) -> None:
        self.world = world
        scenario = world.scenario
        self.default_present = datetime.combine(scenario.end, time(), UTC)
        self.faults = [fault.model_dump() for fault in scenario.faults]
        self.first_instant = datetime.combine(scenario.start, time(), UTC) - timedelta(days=WARM_UP_DAYS)
        self.accounts: dict[tuple[str, str], Account] = {}
        self.changes = PostChanges(world)
        self._posts, self._published, self._post_by_id = {}, {}, {}
        for brand in world.brands.values():
            for node in brand.accounts:
                self._add(Account(node.platform, node.native_id, brand, node.handle, node.token, node))
            self._add(Account("ga4", brand.ga4_property, brand))
            self._add(Account("hubspot", brand.hubspot_portal, brand))
            if brand.youtube_channel:
                self._add(Account("youtube", brand.youtube_channel, brand))
        for native_id, posts in world.posts.items():
            self._posts[native_id] = sorted(posts, key=lambda post: (post.published_at, int(post.native_id)))
            self._published[native_id] = [post.published_at for post in self._posts[native_id]]
            self._post_by_id.update({(post.account.platform, post.native_id): post for post in posts})
        # A page of media asks for the same spans again and again; a span's totals never change.
        self.totals = lru_cache(maxsize=4096)(world.account_totals)

    def _add(self, account: Account) -> None:
        self.accounts[account.source, account.account_id] = account

    def account(self, source: str, account_id: str) -> Account | None:
        """Return the account with this native id, if the world has it."""
        return self.accounts.get((source, account_id))

    def accounts_of(self, source: str) -> list[Account]:
        """Return the accounts of a source, in the scenario's order."""
        return [account for account in self.accounts.values() if account.source == source]

    def accepts(self, account: Account, token: str) -> bool:
        """Say whether a token may read an account: any text, unless the account declares its own."""
        return bool(token) and (account.token is None or token == account.token)

    def holder(self, source: str, token: str) -> Account | None:
        """Return the account that a token is certainly of; the only account of a source holds every token."""
        accounts = self.accounts_of(source)
        named = [account for account in accounts if account.is_named_by(token)]
        if not named and len(accounts) == 1 and accounts[0].token is None:
            return accounts[0]
        return named[0] if named else None

    def posts(self, account: Account, at: datetime) -> list[Post]:
        """Return the account's posts and stories published up to `at`, oldest first."""
        posts = self._posts[account.account_id][: bisect_right(self._published[account.account_id], at)]
        if not self.world.scenario.post_changes:
            return posts
        return [seen for post in posts if (seen := self.changes.of(post, at))]

    def post(self, source: str, native_id: str, at: datetime) -> Post | None:
        """Return one post of a platform, if it is published by `at`."""
        post = self.changes.version(native_id, at) or self._post_by_id.get((source, native_id))
        if post is None or post.published_at > at:
            return None
        return post if post.versions else self.changes.of(post, at)

    def counters(self, post: Post, at: datetime) -> dict[str, int]:
        """Return a post's counters as its platform tells them at `at`: behind, while a settling delay acts."""
        settled = self.world.settled_until(post.account.native_id, at)
        return self.changes.counters(post, settled, self.world.post_counters)

    def accounts_document(self) -> dict:
        """Return the accounts document of this world, in the shape of the project's accounts file."""
        return {"brands": [self._brand_document(brand) for brand in self.world.brands.values()]}

    def _brand_document(self, brand: Brand) -> dict:
        accounts = [account for account in self.accounts.values() if account.brand is brand]
        return {
            "brand_id": brand.brand_id,
            "name": brand.name,
            "zone": brand.zone,
            "currency": brand.currency,
            "accounts": [
                {
                    "source": account.source,
                    "account_id": account.account_id,
                    **({"handle": account.handle} if account.handle else {}),
                    "token_env": _token_env(account, accounts),
                }
                for account in accounts
            ],
        }


def _token_env(account: Account, of_brand: list[Account]) -> str:
    name = f"{account.source}_TOKEN_{account.brand.brand_id}"
    if sum(other.source == account.source for other in of_brand) > 1:
        name += f"_{account.account_id}"
    return name.upper()
