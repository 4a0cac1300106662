"""X's timeline, in both of its vocabularies."""

import json
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors import SOURCES
from connectors.errors import RequestRefused, UnreadableAnswer
from connectors.streams import Account, Page, Window
from tests.connectors.conftest import rows, stream_of
from tests.connectors.scripted import Answer

ACCOUNT = Account("aozora", "x", "150", "aozora_coffee", "Asia/Tokyo", "JPY", "X_TOKEN_AOZORA")
POST = {
    "id": "20",
    "text": "cut …",
    "note_tweet": {"text": "the whole text"},
    "created_at": "2026-08-31T10:00:00.000Z",
    "conversation_id": "18",
    "in_reply_to_user_id": "150",
    "edit_history_tweet_ids": ["19", "20"],
    "referenced_tweets": [{"type": "replied_to", "id": "18"}],
    "attachments": {"media_keys": ["3_2", "3_1"]},
    "withheld": {"copyright": False, "country_codes": ["DE", "FR"]},
    "a field of next year": {"whatever": 1},
    "entities": {
        "hashtags": [{"tag": "Coffee"}, {"tag": "Tokyo"}],
        "urls": [
            {"expanded_url": "https://x.com/a/status/20/photo/1", "media_key": "3_2"},
            {"expanded_url": "https://aozora.example/?utm_content=20"},
        ],
    },
    "public_metrics": {
        "retweet_count": 1,
        "reply_count": 2,
        "like_count": 3,
        "quote_count": 4,
        "bookmark_count": 5,
        "impression_count": 600,
    },
    "non_public_metrics": {"impression_count": 601, "engagements": 15, "user_profile_clicks": 7},
    "organic_metrics": {
        "impression_count": 100,
        "like_count": 3,
        "reply_count": 2,
        "retweet_count": 1,
        "user_profile_clicks": 7,
        "url_link_clicks": 8,
    },
}
ROW = {
    "post_id": "20",
    "first_post_id": "19",
    "text": "the whole text",
    "created_at": datetime(2026, 8, 31, 10, tzinfo=UTC),
    "conversation_id": "18",
    "in_reply_to_user_id": "150",
    "referenced_type": "replied_to",
    "media_type": "video",
    "hashtags": "coffee tokyo",
    "version_count": 2,
    "withheld_countries": "DE FR",
    "link_url": "https://aozora.example/?utm_content=20",
    "public_retweet_count": 1,
    "public_reply_count": 2,
    "public_like_count": 3,
    "public_quote_count": 4,
    "public_bookmark_count": 5,
    "public_impression_count": 600,
    "non_public_impression_count": 601,
    "non_public_engagements": 15,
    "non_public_user_profile_clicks": 7,
    "non_public_url_link_clicks": None,
    "organic_impression_count": 100,
    "organic_like_count": 3,
    "organic_reply_count": 2,
    "organic_retweet_count": 1,
    "organic_user_profile_clicks": 7,
    "organic_url_link_clicks": 8,
    "promoted_impression_count": None,
    "promoted_like_count": None,
    "promoted_reply_count": None,
    "promoted_retweet_count": None,
    "promoted_user_profile_clicks": None,
    "promoted_url_link_clicks": None,
}
MEDIA = [{"media_key": "3_1", "type": "photo"}, {"media_key": "3_2", "type": "video"}]
NOTICE = {
    "resource_id": "20",
    "title": "Disallowed Resource",
    "detail": "Field organic_metrics.like_count: not promoted",
    "type": "https://api.x.com/2/problems/disallowed-resource",
}


PROBLEMS = "https://api.x.com/2/problems/"


@pytest.mark.parametrize(
    ("told", "post_id", "problem", "field"),
    [
        (
            {
                "value": "7",
                "resource_id": "7",
                "parameter": "ids",
                "title": "Not Found Error",
                "type": "resource-not-found",
            },
            "7",
            "resource-not-found",
            None,
        ),
        ({"resource_id": "unknown", "value": "8", "type": "disallowed-resource"}, "8", "disallowed-resource", None),
        (
            {"resource_id": "9", "field": "organic_metrics.like_count", "type": "not-authorized-for-field"},
            "9",
            "not-authorized-for-field",
            "organic_metrics.like_count",
        ),
        (
            {
                "resource_id": "10",
                "detail": "The 'non_public_metrics.engagements' field cannot be queried for Tweets older than 30 days.",
                "type": "disallowed-resource",
            },
            "10",
            "disallowed-resource",
            "non_public_metrics.engagements",
        ),
        (
            {
                "resource_id": "11",
                "detail": "The 'promoted_metrics.url_link_clicks' field cannot be queried for Retweets.",
            },
            "11",
            None,
            "promoted_metrics.url_link_clicks",
        ),
        (
            {"value": "12", "title": "Authorization Error", "type": "not-authorized-for-resource"},
            "12",
            "not-authorized-for-resource",
            None,
        ),
        ({"title": "a wording of next year"}, None, None, None),
    ],
)
def test_a_refusal_inside_a_good_answer_names_its_post_and_field_in_every_wording(told, post_id, problem, field):
    body = {"errors": [{**told, **({"type": PROBLEMS + told["type"]} if "type" in told else {})}]}
    page = Page("/2/tweets?ids=7", 200, json.dumps(body).encode())
    (row,) = rows(stream_of("x", "posts"), "post_refusals", [page])
    assert (row["post_id"], row["problem"], row["field"]) == (post_id, problem, field)


def renamed(post):
    text = json.dumps(post)
    for old, new in (("retweet_count", "repost_count"), ("note_tweet", "note_post"), ("_tweet_ids", "_post_ids")):
        text = text.replace(old, new)
    return json.loads(text.replace("referenced_tweets", "referenced_posts"))


@pytest.mark.parametrize("post", [POST, renamed(POST)], ids=["older names", "newer names"])
def test_a_post_becomes_a_row_in_either_vocabulary(post):
    body = {"data": [post, post], "includes": {"media": MEDIA}, "errors": [NOTICE, NOTICE], "meta": {}}
    page, stream = Page("/2/users/150/tweets", 200, json.dumps(body).encode()), stream_of("x", "posts")
    assert rows(stream, "posts", [page]) == [ROW]
    assert rows(stream, "post_refusals", [page]) == [
        {
            "post_id": "20",
            "title": "Disallowed Resource",
            "detail": NOTICE["detail"],
            "problem": "disallowed-resource",
            "field": "organic_metrics.like_count",
        }
    ]


def read(scripted, answers, stream="posts"):
    scripted.answers = answers
    api = SOURCES["x"].open(scripted.url, "a-token-for-tests")
    try:
        return list(stream_of("x", stream).pages(api, ACCOUNT, Window(date(2026, 8, 31))))
    finally:
        api.close()


def test_the_timeline_reaches_back_thirty_days_of_the_sources_clock_in_hundreds(scripted):
    def answer(asked):
        if asked.path == "/base/":
            return Answer(b"", 404)
        if "pagination_token=T2" in asked.path:
            return Answer({"meta": {"result_count": 0}})
        return Answer({"data": [POST], "meta": {"result_count": 1, "next_token": "T2"}})

    assert len(read(scripted, answer)) == 2
    asked = [parse_qs(urlsplit(one.path).query) for one in scripted.asked[1:]]
    assert [(one["start_time"], one["max_results"]) for one in asked] == [(["2026-08-02T00:00:00Z"], ["100"])] * 2


@pytest.mark.parametrize("stream", ["posts", "mentions"])
def test_a_token_that_comes_back_ends_the_stream(scripted, stream):
    with pytest.raises(UnreadableAnswer, match="the same page twice"):
        read(scripted, [Answer({"data": [POST], "meta": {"next_token": "T"}})], stream)


@pytest.mark.parametrize("stream", ["posts", "mentions"])
def test_pages_without_end_end_the_stream(scripted, stream):
    def answer(asked):
        return Answer({"meta": {"result_count": 0, "next_token": f"T{len(scripted.asked)}"}})

    with pytest.raises(UnreadableAnswer, match="without end"):
        read(scripted, answer, stream)
    assert len(scripted.asked) < 50


def test_a_used_up_window_is_waited_for_at_its_own_endpoint_and_at_no_other(scripted):
    used_up = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(1788220800 + 90)}
    scripted.answers = [Answer({"data": {}}, headers=used_up), Answer({}), Answer({})]
    api, slept = SOURCES["x"].open(scripted.url, "a-token-for-tests"), []
    api.sleep = slept.append
    for path in ("/2/users/150/tweets", "/2/users/150", "/2/users/151/tweets", "/2/users/150/tweets"):
        api.get(path)
    api.close()
    assert [round(pause) for pause in slept] == [90]
    assert len(scripted.asked) == 4


@pytest.mark.parametrize(("stream", "named"), [("user", "@aozora_coffee"), ("posts", "150")])
def test_an_unknown_account_is_named_and_not_an_empty_day(scripted, stream, named):
    missing = {"errors": [{"title": "Not Found Error", "detail": "Could not find user with id: [150]."}]}
    with pytest.raises(RequestRefused, match=named):
        read(scripted, [Answer(missing)], stream)
