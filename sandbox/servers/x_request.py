"""The parameters of X API v2 requests: names, values and bounds, and the 400 that a bad one earns."""

import re

from sandbox.servers.wire import Ask, Reply, instant, words

PROBLEMS = "https://api.x.com/2/problems/"
USER_FIELDS = words(
    "affiliation,confirmed_email,connection_status,created_at,description,entities,id,is_identity_verified,location,"
    "most_recent_tweet_id,name,parody,pinned_tweet_id,profile_banner_url,profile_image_url,protected,public_metrics,"
    "receives_your_dm,subscription,subscription_type,url,username,verified,verified_followers_count,verified_type,"
    "withheld"
)
MEDIA_FIELDS = words(
    "alt_text,duration_ms,height,media_key,non_public_metrics,organic_metrics,preview_image_url,promoted_metrics,"
    "public_metrics,type,url,variants,width"
)
LEGACY_FIELDS = words(
    "article,attachments,author_id,card_uri,community_id,context_annotations,conversation_id,created_at,"
    "display_text_range,edit_controls,edit_history_tweet_ids,entities,geo,id,in_reply_to_user_id,lang,media_metadata,"
    "non_public_metrics,note_tweet,organic_metrics,possibly_sensitive,promoted_metrics,public_metrics,"
    "referenced_tweets,reply_settings,scopes,source,suggested_source_links,text,withheld"
)
# The new dialect gives these through expansions only.
THROUGH_EXPANSIONS = {"author_id", "in_reply_to_user_id", "edit_history_tweet_ids", "referenced_tweets"}
RENAMED = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
    "retweet_count": "repost_count",
}
NEW_FIELDS = [RENAMED.get(name, name) for name in LEGACY_FIELDS if name not in THROUGH_EXPANSIONS]
# attachments.media_ids is accepted and returns no media; the one that works is attachments.media_keys.
EXPANSIONS = words(
    "article.cover_media,article.media_entities,attachments.media_keys,attachments.media_ids,"
    "attachments.media_source_tweet,attachments.poll_ids,author_id,edit_history_tweet_ids,edit_history_post_ids,"
    "entities.mentions.username,geo.place_id,in_reply_to_user_id,entities.note.mentions.username,referenced_tweets,"
    "referenced_tweets.id,referenced_tweets.id.author_id,referenced_posts,referenced_posts.id,pinned_tweet_id,"
    "most_recent_tweet_id,affiliation.user_id"
)
LISTS = {
    "tweet.fields": LEGACY_FIELDS,
    "post.fields": NEW_FIELDS,
    "user.fields": USER_FIELDS,
    "media.fields": MEDIA_FIELDS,
    "expansions": EXPANSIONS,
    "exclude": ["retweets", "replies"],
}
COMMON = [
    "expansions",
    "media.fields",
    "place.fields",
    "poll.fields",
    "post.fields",
    "tweet.fields",
    "user.fields",
]
OF_USERS = ["expansions", "post.fields", "tweet.fields", "user.fields"]
OF_TIMELINE = [
    *COMMON,
    "end_time",
    "exclude",
    "max_results",
    "pagination_token",
    "since_id",
    "start_time",
    "until_id",
]
PATTERNS = {
    "ids": re.compile(r"^[0-9]{1,19}$"),
    "usernames": re.compile(r"^[A-Za-z0-9_]{1,15}$"),
    "since_id": re.compile(r"^[0-9]{1,19}$"),
    "until_id": re.compile(r"^[0-9]{1,19}$"),
}


class BadRequest(ValueError):
    """The request is refused whole; carries the entries of `errors`."""

    def __init__(self, name: str, value: str, message: str) -> None:
        super().__init__(message)
        self.entry = {"parameters": {name: [value]}, "message": message}

    def reply(self) -> Reply:
        """Return the 400 as X words it."""
        body = {
            "errors": [self.entry],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": PROBLEMS + "invalid-request",
        }
        return Reply(body, 400)


class Params:
    """The checked parameters of one request; `is_new` when it speaks the new dialect (post.fields)."""

    def __init__(self, ask: Ask, allowed: list[str]) -> None:
        self._given = ask.params
        for name, value in ask.params.items():
            if name not in allowed:
                raise BadRequest(
                    name, value, f"The query parameter [{name}] is not one of [{','.join(sorted(allowed))}]"
                )
            for one in value.split(","):
                if name in LISTS and one not in LISTS[name]:
                    message = f"The `{name}` query parameter value [{one}] is not one of [{','.join(LISTS[name])}]"
                    raise BadRequest(name, value, message)
                if name in PATTERNS and not PATTERNS[name].match(one):
                    raise BadRequest(name, value, f"The `{name}` query parameter value [{one}] is not valid")
        self.is_new = "post.fields" in ask.params

    def words(self, name: str) -> list[str]:
        """Return the parts of a comma-separated parameter."""
        return self._given[name].split(",") if self._given.get(name) else []

    def post_fields(self) -> set[str]:
        """Return the post fields asked for, under their legacy names."""
        legacy = {new: old for old, new in RENAMED.items()}
        asked = {legacy.get(name, name) for name in self.words("post.fields") or self.words("tweet.fields")}
        if self.is_new:
            asked |= {legacy.get(name, name) for name in self.words("expansions")} & THROUGH_EXPANSIONS
        return asked | {"id", "text", "edit_history_tweet_ids"}

    def required_list(self, name: str) -> list[str]:
        """Return a list of 1 to 100 values that must be given."""
        words = self.words(name)
        if not words:
            raise BadRequest(name, "", f"The `{name}` query parameter can not be empty")
        if len(words) > 100:
            message = (
                f"The number of values in the `{name}` query parameter list [{len(words)}] is not between 1 and 100"
            )
            raise BadRequest(name, self._given[name], message)
        return words

    def number(self, name: str, low: int, high: int, default: int) -> int:
        """Return a whole number within its bounds."""
        text = self._given.get(name, str(default))
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise BadRequest(name, text, f"The `{name}` query parameter value [{text}] is not between {low} and {high}")
        return int(text)

    def moment(self, name: str):
        """Return an RFC 3339 instant of second precision, or None when it is not given."""
        text = self._given.get(name)
        if text is None:
            return None
        found = instant(text) if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text) else None
        if found is None or found < instant("2010-11-06T00:00:00Z"):
            raise BadRequest(name, text, f"The `{name}` query parameter value [{text}] is not a valid RFC 3339 time")
        return found

    def text(self, name: str) -> str | None:
        """Return a parameter as given."""
        return self._given.get(name)
