"""X API v2: users, timelines and posts by id, with public and private metrics.

Dialect     `tweet.fields` is answered in the legacy names, `post.fields` in the new ones; paths never changed
Tokens      one that begins with `app-` is app-only, any other a user's; of whom: see `world_view`
Limits      per 15 minutes, app and user apart, told in x-rate-limit-*; the reset is on the virtual clock
Depth       the newest 3,200 posts of a timeline, 800 when replies are left out
Left out    search, usage, analytics (403 client-not-enrolled, as on pay-per-use)
"""

import re
from datetime import timedelta

from sandbox.servers import x_mentions, x_objects
from sandbox.servers.wire import Allowance, Ask, Reply, epoch
from sandbox.servers.x_metrics import PRIVATE_LEAVES, not_the_author
from sandbox.servers.x_problems import missing, not_enrolled, problem, protected, unsupported_authentication
from sandbox.servers.x_request import COMMON, OF_TIMELINE, OF_USERS, PROBLEMS, BadRequest, Params

# path, name of the call, per app, per user; None: not for app-only tokens
ROUTES = (
    (re.compile(r"2/users/me$"), "me", None, 75),
    (re.compile(r"2/users/by$"), "users_by", 300, 900),
    (re.compile(r"2/users/(\d{1,19})$"), "user", 300, 900),
    (re.compile(r"2/users/(\d{1,19})/tweets$"), "timeline", 10_000, 900),
    (re.compile(r"2/users/(\d{1,19})/mentions$"), "mentions", 450, 300),
    (re.compile(r"2/tweets$"), "posts", 3_500, 5_000),
    (re.compile(r"2/tweets/counts/recent$"), "counts", 300, 300),
)
ENTERPRISE = re.compile(r"2/(tweets/analytics|media/analytics|insights/\w+)$")
WINDOW_S = 15 * 60
PRIVATE = set(PRIVATE_LEAVES)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class X:
    """Users and posts of every X account of the world."""

    name = "x"

    def __init__(self, view) -> None:
        self.view = view
        self.allowances = {
            (name, pool): Allowance(limit, WINDOW_S)
            for _, name, app, user in ROUTES
            for pool, limit in (("app", app), ("user", user))
            if limit
        }

    def refusal(self) -> Reply:
        """Return the answer to a token that is missing or not accepted."""
        return problem(401, "Unauthorized", "Unauthorized")

    def failure(self, status: int) -> Reply:
        """Return the source's own words for a failure."""
        match status:
            case 402:
                return problem(402, "Payment Required", "credits depleted", PROBLEMS + "credits-depleted")
            case 403:
                return not_enrolled()
            case 429:
                return problem(429, "Too Many Requests", "Too Many Requests")
            case 503:
                return problem(503, "Service Unavailable", "Service Unavailable")
            case _:
                return problem(status, "Internal Server Error", "Internal Server Error")

    def rate_limited(self, ask: Ask) -> Reply:
        """Return a 429 whose reset lies 30 virtual seconds ahead; X sends no Retry-After."""
        told = {"x-rate-limit-limit": "900", "x-rate-limit-remaining": "0"}
        reset = {"x-rate-limit-reset": str(epoch(ask.present) + 30)}
        return Reply(self.failure(429).body, 429, told | reset)

    def usage_capped(self) -> Reply:
        """Return the 429 of a month's cap, with requests of the window left."""
        words = "Usage cap exceeded: Monthly product cap"
        capped = problem(429, "UsageCapExceeded", words, PROBLEMS + "usage-capped")
        more = {"period": "Monthly", "scope": "Product", "product_name": "standard-basic", "account_id": 1}
        return Reply({**capped.body, **more}, 429, {"x-rate-limit-remaining": "899"})

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if ENTERPRISE.match(ask.path):
            return not_enrolled() if ask.token else self.refusal()
        routes = ((pattern.match(ask.path), name, app) for pattern, name, app, _ in ROUTES)
        match, name, app = next((route for route in routes if route[0]), (None, "", None))
        if match is None or ask.method != "GET":
            return Reply(None, 404)
        if not ask.token or self._declared_otherwise(ask.token):
            return self.refusal()
        is_app = ask.token.startswith("app-")
        if is_app and app is None:
            return unsupported_authentication()
        allowed, headers = self._counted(name, "app" if is_app else "user", ask)
        if not allowed:
            reply = self.failure(429)
        else:
            try:
                reply = Reply(getattr(self, f"_{name}")(ask, *match.groups()))
            except BadRequest as refusal:
                reply = refusal.reply()
        return Reply(reply.body, reply.status, {**headers, "x-access-level": "read", "api-version": "2.170"})

    def _declared_otherwise(self, token: str) -> bool:
        """Say that every account declares a token and this is none of them."""
        accounts = self.view.accounts_of("x")
        return bool(accounts) and not any(self.view.accepts(account, token) for account in accounts)

    def _counted(self, name: str, pool: str, ask: Ask) -> tuple[bool, dict[str, str]]:
        allowance = self.allowances[name, pool]
        allowed, left, seconds = allowance.take((name, ask.token, ask.present))
        reset = epoch(ask.present) + int(seconds) + 1
        told = {"limit": allowance.limit, "remaining": left, "reset": reset}
        return allowed, {f"x-rate-limit-{key}": str(value) for key, value in told.items()}

    def _me(self, ask: Ask) -> dict:
        params = Params(ask, OF_USERS)
        account = self.view.holder("x", ask.token) or self.view.accounts_of("x")[0]
        return {"data": x_objects.user_object(self.view, account, params, ask.present)}

    def _user(self, ask: Ask, user_id: str) -> dict:
        params = Params(ask, OF_USERS)
        account = self.view.account("x", user_id)
        if account is None:
            return {"errors": [missing("user", "id", user_id)]}
        return {"data": x_objects.user_object(self.view, account, params, ask.present)}

    def _users_by(self, ask: Ask) -> dict:
        params = Params(ask, ["usernames", *OF_USERS])
        by_name = {account.handle.lower(): account for account in self.view.accounts_of("x")}
        data, errors = [], []
        for username in params.required_list("usernames"):
            account = by_name.get(username.lower())
            if account is None:
                errors.append(missing("user", "usernames", username))
            else:
                data.append(x_objects.user_object(self.view, account, params, ask.present))
        return present_only(data=data, errors=errors)

    def _posts(self, ask: Ask) -> dict:
        params = Params(ask, ["ids", *COMMON])
        found, errors = [], []
        for post_id in dict.fromkeys(params.required_list("ids")):
            post = self.view.post("x", post_id, ask.present)
            if post is None:
                errors.append(missing("tweet", "ids", post_id))
            elif not self._may_see(self.view.account("x", post.account.native_id), ask):
                errors.append(protected("tweet", "ids", post_id))
            else:
                found.append(post)
        answer = self._page(found, params, ask, "ids")
        errors += answer.pop("errors", [])
        meta = {"result_count": len(answer.get("data", []))}
        return present_only(**answer, errors=errors) | {"meta": meta}

    def _timeline(self, ask: Ask, user_id: str) -> dict:
        params = Params(ask, OF_TIMELINE)
        size = params.number("max_results", 5, 100, 10)
        account = self.view.account("x", user_id)
        if account is None:
            return {"errors": [missing("user", "id", user_id)]}
        if not self._may_see(account, ask):
            return {"errors": [protected("user", "id", user_id)]}
        posts = self._eligible(account, params, ask)
        first = _position(params.text("pagination_token"), posts)
        page = posts[first : first + size]
        answer = self._page(page, params, ask, "id")
        shown = answer.get("data", [])
        meta = {"result_count": len(shown)}
        if shown:
            meta |= {"newest_id": shown[0]["id"], "oldest_id": shown[-1]["id"]}
        if first + size < len(posts):
            meta["next_token"] = _token(posts[first + size])
        if first > 0:
            meta["previous_token"] = _token(posts[max(0, first - size)])
        return answer | {"meta": meta}

    def _mentions(self, ask: Ask, user_id: str) -> dict:
        params = Params(ask, [name for name in OF_TIMELINE if name != "exclude"])
        size = params.number("max_results", 5, 100, 10)
        account = self.view.account("x", user_id)
        if account is None:
            return {"errors": [missing("user", "id", user_id)]}
        start = params.moment("start_time") or ask.present - timedelta(days=7)
        found = x_mentions.between(account, start, ask.present)[::-1]
        first = int(params.text("pagination_token") or 0)
        data = [x_mentions.as_object(one, account, params) for one in found[first : first + size]]
        meta = {"result_count": len(data)}
        if first + size < len(found):
            meta["next_token"] = str(first + size)
        return present_only(data=data) | {"meta": meta}

    def _counts(self, ask: Ask) -> dict:
        handle = ask.params.get("query", "").removeprefix("@").lower()
        account = next((one for one in self.view.accounts_of("x") if (one.handle or "").lower() == handle), None)
        buckets = x_mentions.daily_counts(account, ask.present)
        return {"data": buckets, "meta": {"total_tweet_count": sum(one["tweet_count"] for one in buckets)}}

    def _eligible(self, account, params: Params, ask: Ask) -> list:
        """Return the posts of a timeline that the request can reach, newest first."""
        excluded = set(params.words("exclude"))
        posts = [
            post
            for post in reversed(self.view.posts(account, ask.present))
            if not ("retweets" in excluded and post.referenced_type == "retweeted")
            and not ("replies" in excluded and post.referenced_type == "replied_to")
        ][: 800 if "replies" in excluded else 3_200]
        start, end = params.moment("start_time"), params.moment("end_time")
        if start and end and start >= end:
            text = params.text("start_time")
            raise BadRequest(
                "start_time", text, f"Invalid 'start_time':'{text}'. 'start_time' must be before 'end_time'"
            )
        since, until = params.text("since_id"), params.text("until_id")
        # The ids override the times, as documented.
        return [
            post
            for post in posts
            if (int(post.native_id) > int(since) if since else start is None or post.published_at >= start)
            and (int(post.native_id) < int(until) if until else end is None or post.published_at < end)
        ]

    def _page(self, posts: list, params: Params, ask: Ask, parameter: str) -> dict:
        groups = params.post_fields() & PRIVATE
        expansions = params.words("expansions")
        data, errors, media, users = [], [], [], {}
        for post in posts:
            account = self.view.account("x", post.account.native_id)
            if groups and not self._is_author(account, ask):
                errors += not_the_author(post, groups, parameter)
                continue
            counters = self.view.counters(post, ask.present)
            found, refusals = x_objects.post_object(post, params, counters, ask.present)
            data.append(found)
            errors += refusals
            if "attachments.media_keys" in expansions:
                media += x_objects.media_objects(post, params, counters)
            if "author_id" in expansions:
                users[account.account_id] = x_objects.user_object(self.view, account, params, ask.present)
        includes = present_only(media=media, users=list(users.values()))
        return present_only(data=data, includes=includes, errors=errors)

    def _is_author(self, account, ask: Ask) -> bool:
        """Say whether the token is the author's: a user's token that is not certainly another account's."""
        holder = self.view.holder("x", ask.token)
        return not ask.token.startswith("app-") and (holder is None or holder is account)

    def _may_see(self, account, ask: Ask) -> bool:
        return self._is_author(account, ask) or not self.view.world.is_protected(account.node, ask.present)


def present_only(**parts) -> dict:
    """Return the parts that hold something: X leaves out what is empty."""
    return {name: value for name, value in parts.items() if value}


def _token(post) -> str:
    """Return the opaque token of the page that begins with this post."""
    number, text = int(post.native_id), ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return f"7140dibdnow9c7btw48{text}"


def _position(token: str | None, posts: list) -> int:
    if token is None:
        return 0
    for position, post in enumerate(posts):
        if _token(post) == token:
            return position
    raise BadRequest("pagination_token", token, f"The `pagination_token` query parameter value [{token}] is not valid")
