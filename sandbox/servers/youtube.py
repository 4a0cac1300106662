"""YouTube Data API v3: channels, playlistItems and videos, and the token endpoint that renews tokens.

Values      counts are text; comments are absent where a video has none allowed
Paging      playlistItems has 5 to 50 a page and a nextPageToken; videos takes at most 50 ids
Left out    everything but these three lists, quotas and private videos
"""

import re
from functools import lru_cache

from sandbox.servers.wire import Ask, Reply, iso_millis
from sandbox.video import subscribers, uploads

ROUTE = re.compile(r"youtube/v3/(channels|playlistItems|videos)$")


def refused(status: int, reason: str, message: str) -> Reply:
    """Return Google's error envelope with one error in it."""
    errors = [{"message": message, "domain": "youtube", "reason": reason}]
    return Reply({"error": {"code": status, "message": message, "errors": errors}}, status)


class Youtube:
    """Every channel of the world."""

    name = "youtube"

    def __init__(self, view) -> None:
        self.view = view
        self.uploads = lru_cache(maxsize=None)(lambda brand: uploads(view.world.scenario, brand))

    def refusal(self) -> Reply:
        """Return the answer to a token that is missing or not accepted."""
        return refused(401, "authError", "Request had invalid authentication credentials.")

    def failure(self, status: int) -> Reply:
        """Return the source's own words for a failure."""
        return refused(status, "backendError", "Backend Error")

    def rate_limited(self, _ask: Ask) -> Reply:
        """Return the refusal of an exhausted quota, as this source words it."""
        return refused(403, "quotaExceeded", "The request cannot be completed because you have exceeded your quota.")

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if ask.path == "oauth2/v4/token":
            return Reply({"access_token": f"renewed-{len(ask.body)}", "expires_in": 3599, "token_type": "Bearer"})
        route = ROUTE.match(ask.path)
        if route is None:
            return refused(404, "notFound", "Not Found")
        if not ask.token:
            return self.refusal()
        return getattr(self, f"_{route[1]}")(ask)

    def _channels(self, ask: Ask) -> Reply:
        account = self.view.account("youtube", ask.params.get("id", ""))
        return _listed("channel", [self._channel(account, ask)] if account else [])

    def _channel(self, account, ask: Ask) -> dict:
        shown = self._shown(account.brand, ask)
        return {
            "kind": "youtube#channel",
            "id": account.account_id,
            "snippet": {"title": account.brand.name, "customUrl": f"@{account.brand.brand_id}"},
            "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": f"UU{account.account_id[2:]}"}},
            "statistics": {
                "viewCount": str(sum(video.counts(ask.present)["views"] for video in shown)),
                "subscriberCount": str(subscribers(shown, ask.present)),
                "hiddenSubscriberCount": False,
                "videoCount": str(len(shown)),
            },
        }

    def _shown(self, brand, ask: Ask) -> list:
        return [video for video in self.uploads(brand) if video.published_at <= ask.present]

    def _playlistItems(self, ask: Ask) -> Reply:  # noqa: N802 (as YouTube spells it)
        account = self.view.account("youtube", f"UC{ask.params.get('playlistId', '')[2:]}")
        if account is None:
            return refused(404, "playlistNotFound", "The playlist identified with the request cannot be found.")
        size, start = min(50, int(ask.params.get("maxResults", "5"))), int(ask.params.get("pageToken", "P0")[1:])
        newest_first = self._shown(account.brand, ask)[::-1]
        more = {"nextPageToken": f"P{start + size}"} if start + size < len(newest_first) else {}
        items = [{"contentDetails": {"videoId": video.video_id}} for video in newest_first[start : start + size]]
        return _listed("playlistItem", items, more)

    def _videos(self, ask: Ask) -> Reply:
        ids = ask.params.get("id", "").split(",")
        if len(ids) > 50:
            return refused(400, "invalidFilters", "The request specifies an invalid filter parameter.")
        known = {
            video.video_id: (account, video)
            for account in self.view.accounts_of("youtube")
            for video in self._shown(account.brand, ask)
        }
        return _listed("video", [_video(*known[one], ask) for one in ids if one in known])


def _video(account, video, ask: Ask) -> dict:
    counts = video.counts(ask.present)
    statistics = {"viewCount": str(counts["views"]), "likeCount": str(counts["likes"]), "favoriteCount": "0"}
    if video.has_comments:
        statistics["commentCount"] = str(counts["comments"])
    return {
        "kind": "youtube#video",
        "id": video.video_id,
        "snippet": {
            "publishedAt": iso_millis(video.published_at),
            "channelId": account.account_id,
            "title": video.title,
        },
        "contentDetails": {"duration": "PT4M13S"},
        "statistics": statistics,
    }


def _listed(kind: str, items: list[dict], more: dict | None = None) -> Reply:
    # YouTube leaves `items` out where there is nothing.
    found = {"items": items} if items else {}
    page = {"pageInfo": {"totalResults": len(items), "resultsPerPage": len(items)}}
    return Reply({"kind": f"youtube#{kind}ListResponse", **(more or {}), **page, **found})
