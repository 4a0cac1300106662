"""Instagram Graph API (Facebook Login host): user node, insights, media, stories, what others show, tokens.

Versions    v21 to v26 are alive; older ones refused, unversioned paths answered by the newest
Token       `Authorization: Bearer` or the access_token parameter; only the latter comes back in paging addresses
Usage       X-App-Usage and X-Business-Use-Case-Usage on every answer about an account, in percent
Batch       a POST of the form field `batch` at the root, 50 questions at most, each answered for itself; below
            graph.instagram.com/, which stands for Instagram Login's host, there is none
Left out    mentions, comments, publishing
"""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from json import dumps, loads
from urllib.parse import parse_qsl, urlencode

from sandbox.servers import graph_fields, instagram_media, instagram_query, instagram_tokens
from sandbox.servers import graph_paging as paging
from sandbox.servers.graph_errors import (
    GraphError,
    bad_token,
    no_permission,
    nonexisting_field,
    unknown_object,
)
from sandbox.servers.graph_fields import Field
from sandbox.servers.instagram_insights import AccountInsights
from sandbox.servers.instagram_public import Public
from sandbox.servers.instagram_query import shifted
from sandbox.servers.wire import Ask, Reply, words

NEWEST, OLDEST = 26, 21
PATH = re.compile(r"(?:(graph\.instagram\.com)/)?(?:v(\d+)\.0/?)?(.*)$")
ID_ONLY = (Field("id"),)
USER_FIELDS = words(
    "id username name biography website profile_picture_url followers_count follows_count media_count has_profile_pic "
    "is_published legacy_instagram_user_id ig_id owner_business shopping_product_tag_eligibility "
    "shopping_review_status business_discovery mentioned_media mentioned_comment collaborative_media_search"
)
NOT_PERMITTED = {"mentioned_media", "mentioned_comment", "collaborative_media_search"}
DEEPEST = 10_000
LARGEST_BATCH = 50


class Instagram:
    """Every Instagram account of the world."""

    name = "instagram"

    def __init__(self, view) -> None:
        self.view, self.insights, self.calls = view, AccountInsights(view), Counter()
        self.public = Public(view)

    def refusal(self) -> Reply:
        """Return the answer to a token that is missing or not accepted."""
        return bad_token().reply()

    def failure(self, status: int) -> Reply:
        """Return the source's own words for a failure."""
        if status == 429:
            return GraphError("(#4) Application request limit reached", 4, status=429, is_transient=True).reply()
        if status == 403:
            return GraphError("(#10) Application does not have permission for this action", 10, status=403).reply()
        words = "Service temporarily unavailable" if status == 503 else "An unknown error occurred"
        return GraphError(words, 2 if status == 503 else 1, status=status, is_transient=True).reply()

    def rate_limited(self, ask: Ask) -> Reply:
        """Return the account's own limit: HTTP 400, no Retry-After, minutes to wait in the usage header."""
        error = GraphError("(#80002) There have been too many calls to this Instagram account.", 80002).reply()
        match = PATH.match(ask.path)
        return Reply(error.body, 400, _usage_headers((match[3].split("/")[0] or "0"), 100, minutes=1))

    def answer(self, ask: Ask) -> Reply:
        """Answer one request; the order of the checks is Graph's: token, version, parameters, data."""
        try:
            return self._answer(ask)
        except GraphError as refusal:
            return refusal.reply()
        except graph_fields.FieldsError as refusal:
            return GraphError(str(refusal), 2500).reply()

    def _answer(self, ask: Ask) -> Reply:
        token = ask.token or ask.params.get("access_token") or ask.params.get("fb_exchange_token", "")
        if not token:
            raise bad_token()
        own_host, version, path = PATH.match(ask.path).groups()
        if version and int(version) < OLDEST:
            raise GraphError(
                "(#2635) You are calling a deprecated version of the Graph API. Please update to the latest version: "
                f"v{NEWEST}.0.",
                2635,
            )
        if version and int(version) > NEWEST:
            raise GraphError(f"Unknown path components: /v{version}.0", 2500)
        if ask.method == "POST" and not path.strip("/") and not own_host:
            return self._batch(ask, version)
        if ask.method != "GET":
            raise GraphError(f"Unsupported {ask.method.lower()} request.", kind="GraphMethodException")
        for name in ("ids", "date_format"):
            if name in ask.params:
                raise GraphError(f"(#100) The parameter {name} is no longer supported.")
        served = {"facebook-api-version": f"v{version or NEWEST}.0"}
        of_token = self._of_token(path.strip("/"), token, ask)
        if of_token is not None:
            return Reply(of_token, 200, served)
        body, account = self._node(*path.strip("/").partition("/")[::2], token, ask)
        return Reply(body, 200, self._usage(account, ask) | served)

    def _of_token(self, path: str, token: str, ask: Ask) -> dict | None:
        """Answer what is asked of a token and of no account."""
        match path:
            case "debug_token":
                return instagram_tokens.debugged(ask)
            case "oauth/access_token":
                return instagram_tokens.exchanged(ask)
            case "refresh_access_token":
                return instagram_tokens.refreshed(ask)
            case "me/accounts":
                return instagram_tokens.pages(self.view, token)
            case _:
                return None

    def _batch(self, ask: Ask, version: str | None) -> Reply:
        """Answer each question for itself; the whole is 200 even if all of them are refused."""
        try:
            parts = loads(dict(parse_qsl(ask.body.decode())).get("batch", ""))
            addresses = [part["relative_url"].partition("?") for part in parts if part["method"] == "GET"]
        except (ValueError, TypeError, KeyError):
            raise GraphError("(#100) The parameter batch must be a JSON array") from None
        if len(addresses) > LARGEST_BATCH:
            raise GraphError(
                f"Too many requests in batch message. Maximum batch size is {LARGEST_BATCH}", kind="GraphBatchException"
            )
        replies = [
            self.answer(
                replace(
                    ask, method="GET", path=f"v{version or NEWEST}.0/{path}", params=dict(parse_qsl(query)), body=b""
                )
            )
            for path, _, query in addresses
        ]
        return Reply([{"code": reply.status, "headers": [], "body": reply.content().decode()} for reply in replies])

    def _node(self, node: str, edge: str, token: str, ask: Ask) -> tuple[dict, object]:
        is_of_hashtag = node == "ig_hashtag_search" or edge in ("recent_media", "top_media")
        account = self.view.account("instagram", ask.params.get("user_id", "") if is_of_hashtag else node)
        if account:
            if not self.view.accepts(account, token):
                raise bad_token()
            return self._of_account(account, node if is_of_hashtag else "", edge, ask), account
        post = self.view.post("instagram", node, ask.present)
        if post is None or not self._is_visible(post, ask):
            raise unknown_object(node)
        account = self.view.account("instagram", post.account.native_id)
        if not self.view.accepts(account, token):
            raise bad_token()
        counters = self.view.counters(post, ask.present)
        if edge == "insights":
            return {"data": instagram_media.insights(post, counters, ask.params)}, account
        if edge:
            raise GraphError(f"Unknown path components: /{edge}", 2500)
        return instagram_media.media_object(post, _fields(ask) or ID_ONLY, counters, ask.present), account

    def _of_account(self, account, hashtag: str, edge: str, ask: Ask) -> dict:
        edges = {
            "": self._user,
            "insights": self._user_insights,
            "media": self._media,
            "stories": self._stories,
            "tags": lambda account, ask: self.public.tags(account, _fields(ask), ask),
            "recently_searched_hashtags": self.public.recently_searched,
            "recent_media": lambda account, ask: self.public.hashtag_media(hashtag, account, _fields(ask), ask),
        }
        if hashtag == "ig_hashtag_search":
            return self.public.search(account, ask)
        if edge not in edges:
            raise GraphError(f"Unknown path components: /{edge}", 2500)
        return edges[edge](account, ask)

    def _is_visible(self, post, ask: Ask) -> bool:
        return post.expires_at is None or ask.present < post.expires_at

    def _user(self, account, ask: Ask) -> dict:
        found = {}
        for field in _fields(ask):
            if field.name in NOT_PERMITTED:
                raise no_permission()
            if field.name == "business_discovery":
                found[field.name] = self.public.discovered(field, lambda of, name: self._user_field(of, name, ask), ask)
            elif field.name in ("media", "stories"):
                found[field.name] = getattr(self, f"_{field.name}")(
                    account, ask, field.modifiers, field.below or ID_ONLY
                )
            elif field.name == "insights":
                found["insights"] = self._user_insights(account, ask, field.modifiers)
            elif field.name not in USER_FIELDS:
                raise nonexisting_field(field.name, "IGUser")
            elif (value := self._user_field(account, field.name, ask)) is not None:
                found[field.name] = value
        return found | {"id": account.account_id}

    def _user_field(self, account, name: str, ask: Ask) -> object:
        world, node = self.view.world, account.node
        counted = {
            "followers_count": lambda: world.followers(node, ask.present),
            "follows_count": lambda: world.following(node, ask.present),
            "media_count": lambda: sum(not post.is_story for post in self.view.posts(account, ask.present)),
        }
        if name in counted:
            return counted[name]()
        return {
            "username": account.handle,
            "name": account.brand.name,
            "biography": f"{account.brand.name}: news and stories.",
            "website": account.brand.site,
            "has_profile_pic": True,
            "is_published": True,
            "ig_id": int(account.account_id) % 10**10,
        }.get(name)

    def _user_insights(self, account, ask: Ask, params=None) -> dict:
        params = ask.params if params is None else params
        query = instagram_query.checked(params, ask.present)
        data = self.insights.entries(account, query, ask.present)
        address = f"{ask.base}/v{NEWEST}.0/{account.account_id}/insights"
        addresses = {}
        for side, (since, until) in shifted(query).items():
            asked = {**params, "since": since, "until": until}
            addresses[side] = f"{address}?{urlencode(paging.with_token(asked, ask))}"
        return {"data": data, "paging": addresses}

    def _media(self, account, ask: Ask, params=None, fields=None) -> dict:
        posts = [post for post in reversed(self.view.posts(account, ask.present)) if not post.is_story]
        return self._page(account, "media", posts[:DEEPEST], ask, params, fields)

    def _stories(self, account, ask: Ask, params=None, fields=None) -> dict:
        posts = [
            post
            for post in reversed(self.view.posts(account, ask.present))
            if post.is_story and self._is_visible(post, ask)
        ]
        return self._page(account, "stories", posts, ask, params, fields)

    def _page(self, account, edge: str, posts: list, ask: Ask, params, fields) -> dict:
        is_nested = params is not None
        params = ask.params if params is None else params
        fields = _fields(ask) or ID_ONLY if fields is None else fields
        posts = paging.within(posts, params)
        size = paging.limit(params.get("limit"))
        first = paging.position(params.get("after"), posts)
        page = posts[first : first + size]
        # One media that cannot serve one metric fails the whole page with its error.
        data = [
            instagram_media.media_object(post, fields, self.view.counters(post, ask.present), ask.present)
            for post in page
        ]
        if not page:
            return {"data": []}
        told = {"cursors": {"before": paging.cursor(page[0]), "after": paging.cursor(page[-1])}}
        if first + size < len(posts):
            asked = {
                **({"fields": "id"} if is_nested else ask.params),
                "limit": size,
                "after": paging.cursor(page[-1]),
            }
            address = f"{ask.base}/v{NEWEST}.0/{account.account_id}/{edge}"
            told["next"] = f"{address}?{urlencode(paging.with_token(asked, ask))}"
        return {"data": data, "paging": told}

    def _usage(self, account, ask: Ask) -> dict[str, str]:
        key = (account.account_id, ask.present.date())
        self.calls[key] += 1
        views = self.view.totals(account.node, ask.present - timedelta(days=1), ask.present)["views"]
        return _usage_headers(account.account_id, min(100, self.calls[key] * 100 // (4_800 * max(views, 10))))


def _usage_headers(account_id: str, percent: int, minutes: int = 0) -> dict[str, str]:
    usage = {
        "type": "instagram",
        "call_count": percent,
        "total_cputime": percent,
        "total_time": percent,
        "estimated_time_to_regain_access": minutes,
    }
    app = {"call_count": percent, "total_time": percent, "total_cputime": percent}
    return {"X-App-Usage": dumps(app), "X-Business-Use-Case-Usage": dumps({account_id: [usage]})}


def _fields(ask: Ask) -> tuple[Field, ...]:
    return graph_fields.parse(ask.params["fields"]) if ask.params.get("fields") else ()
