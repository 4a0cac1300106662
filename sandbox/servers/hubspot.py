"""HubSpot CRM, date-versioned (2026-09, 2026-03) and v3/v4: contacts and deals, their links and properties.

Service     tickets and answers to surveys in portals with a Service Hub; elsewhere the key has no scope for them
Token       names its portal (see `world_view`): nothing else in a request does
Limits      190 calls in 10 s and 5 searches in 1 s per portal; told in headers, but not on search replies
Paging      `after` is opaque in lists and comes with a link; in search it is a number in text, without a link
Left out    writes, short pages, marketing e-mail, webhooks
"""

import re
from urllib.parse import urlencode

from sandbox.servers.hubspot_calls import Call, Calls
from sandbox.servers.hubspot_errors import Refused, invalid, missing_scopes, refused, too_many
from sandbox.servers.hubspot_schema import OF_SERVICE_HUB, WITHOUT_SCOPE, kind_name
from sandbox.servers.wire import Allowance, Ask, Reply

DATED = r"(?P<version>2026-09|2026-03)"
TYPE = r"(?P<type>[\w-]+)"
# (calls, pattern); both spellings of each path lead to the same call
ROUTES = [
    (call, re.compile(pattern + "$"))
    for call, tail in (
        ("search", "/search"),
        ("batch", "/batch/read"),
        ("one", r"/(?P<object_id>\d+)"),
        ("page", ""),
    )
    for pattern in (f"crm/objects/{DATED}/{TYPE}{tail}", f"crm/(?P<version>v3)/objects/{TYPE}{tail}")
] + [
    (call, re.compile(pattern + "$"))
    for call, patterns in {
        "associations": (
            rf"crm/associations/{DATED}/{TYPE}/(?P<to>[\w-]+)/batch/read",
            rf"crm/(?P<version>v4)/associations/{TYPE}/(?P<to>[\w-]+)/batch/read",
        ),
        "properties": (f"crm/properties/{DATED}/{TYPE}", f"crm/(?P<version>v3)/properties/{TYPE}"),
        "pipelines": (f"crm/pipelines/{DATED}/{TYPE}", f"crm/(?P<version>v3)/pipelines/{TYPE}"),
    }.items()
    for pattern in patterns
]
POSTED = {"search", "batch", "associations"}
LONGEST_ADDRESS = 8_000


class Hubspot:
    """Every portal of the world."""

    name = "hubspot"

    def __init__(self, view) -> None:
        self.view, self.calls = view, Calls(view)
        self.burst = Allowance(190, 10)
        self.searches = Allowance(5, 1)

    def refusal(self) -> Reply:
        """Return the answer to a token that is missing, not accepted, or names no portal of this world."""
        message = (
            "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
            "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
        )
        return refused(401, message, "INVALID_AUTHENTICATION")

    def failure(self, status: int) -> Reply:
        """Return the source's own words for a failure."""
        if status == 429:
            return too_many("TEN_SECONDLY_ROLLING")
        if status == 403:
            return missing_scopes()
        return refused(status, "internal error" if status == 500 else "Service unavailable", "INTERNAL_ERROR")

    def rate_limited(self, _ask: Ask) -> Reply:
        """Return a 429 of the burst limit; HubSpot promises no Retry-After."""
        return too_many("TEN_SECONDLY_ROLLING")

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        account = self.view.holder("hubspot", ask.token) if ask.token else None
        if account is None:
            return self.refusal()
        try:
            name, call = self._routed(account, ask)
            return self._search(call) if name == "search" else self._counted(name, call)
        except Refused as refusal:
            return refusal.reply

    def _routed(self, account, ask: Ask) -> tuple[str, Call]:
        name, match = next(((name, m) for name, pattern in ROUTES if (m := pattern.match(ask.path))), (None, None))
        if match is None:
            raise Refused(refused(404, "No message available", "OBJECT_NOT_FOUND"))
        if ask.method != ("POST" if name in POSTED else "GET"):
            raise Refused(refused(405, "HTTP method not allowed", "VALIDATION_ERROR"))
        if len(ask.path) + len(urlencode(ask.params)) > LONGEST_ADDRESS:
            raise Refused(Reply(b"<html><h1>414 Request-URI Too Large</h1></html>", 414, media_type="text/html"))
        kind = kind_name(match["type"])
        if match["type"] in WITHOUT_SCOPE or (kind in OF_SERVICE_HUB and not account.brand.has_service_hub):
            raise Refused(missing_scopes())
        if kind is None:
            raise invalid(f"Unable to infer object type from: {match['type']}")
        return name, Call(account, kind, match.groupdict(), ask)

    def _search(self, call: Call) -> Reply:
        """Answer a search, which has a limit of its own and no headers that tell it."""
        allowed, _, _ = self.searches.take((call.account.account_id, call.ask.present))
        return self.calls.search(call) if allowed else too_many("SECONDLY")

    def _counted(self, name: str, call: Call) -> Reply:
        allowed, left, _ = self.burst.take((call.account.account_id, call.ask.present))
        reply = too_many("TEN_SECONDLY_ROLLING")
        if allowed:
            try:
                reply = getattr(self.calls, name)(call)
            except Refused as refusal:
                reply = refusal.reply
        headers = {
            "X-HubSpot-RateLimit-Daily": "625000",
            "X-HubSpot-RateLimit-Daily-Remaining": str(625_000 - 190 + left),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Max": "190",
            "X-HubSpot-RateLimit-Remaining": str(left),
        }
        return Reply(reply.body, reply.status, headers, reply.media_type)
