"""What others write of an account on X: a few posts a day, each decided by its day alone, so that every run agrees."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sandbox.servers.wire import chance, iso_millis
from sandbox.servers.x_request import Params

SNOWFLAKE_EPOCH_MS = 1288834974657
MOST_A_DAY, AUTHORS = 5, 40


@dataclass(frozen=True)
class Mention:
    """One post of somebody else that names the account."""

    post_id: str
    author_id: str
    created_at: datetime


def between(account, start: datetime, end: datetime) -> list[Mention]:
    """Return the mentions of an account from `start` until before `end`, oldest first."""
    found = []
    day = datetime.combine(start.date(), time(), UTC)
    while account is not None and day < end:
        for number in range(int(MOST_A_DAY * chance("mentions", account.account_id, day.date()))):
            key = (account.account_id, day.date(), number)
            at = day + timedelta(seconds=int(86_400 * chance("moment", *key)))
            if start <= at < end:
                number_of_id = (int(at.timestamp() * 1000) - SNOWFLAKE_EPOCH_MS << 22) + number
                author = int(AUTHORS * chance("author", *key))
                found.append(Mention(str(number_of_id), str(880_000_000_000 + author), at))
        day += timedelta(days=1)
    return sorted(found, key=lambda one: one.post_id)


def as_object(mention: Mention, account, params: Params) -> dict:
    """Return a mention as X sends it."""
    text = f"Great day with @{account.handle} #{account.brand.brand_id}"
    at, tag = text.index("@"), text.index("#")
    whole = {
        "id": mention.post_id,
        "text": text,
        "edit_history_tweet_ids": [mention.post_id],
        "author_id": mention.author_id,
        "created_at": iso_millis(mention.created_at),
        "entities": {
            "mentions": [
                {"start": at, "end": tag - 1, "username": account.handle, "id": account.account_id},
            ],
            "hashtags": [{"start": tag, "end": len(text), "tag": account.brand.brand_id}],
        },
    }
    return {name: value for name, value in whole.items() if name in params.post_fields()}


def daily_counts(account, present: datetime) -> list[dict]:
    """Return the mentions of seven days by UTC day; the first and the last bucket are ragged, as X's are."""
    begin, buckets = present - timedelta(days=7), []
    while begin < present:
        end = min(datetime.combine(begin.date() + timedelta(days=1), time(), UTC), present)
        count = len(between(account, begin, end))
        buckets.append({"end": iso_millis(end), "start": iso_millis(begin), "tweet_count": count})
        begin = end
    return buckets
