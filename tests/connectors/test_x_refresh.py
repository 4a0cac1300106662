"""Which posts are read again, what a second run of a day asks, and what it costs."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors import SOURCES
from connectors.errors import QuotaExhausted
from connectors.personal import scrub
from connectors.streams import Account, Page, Window
from connectors.usage import Usage
from connectors.x_refresh import is_due
from tests.connectors.conftest import KEY, rows, stream_of
from tests.connectors.scripted import Answer

NOW = datetime(2026, 9, 1, tzinfo=UTC)
ACCOUNT = Account("aozora", "x", "150", "aozora_coffee", "Asia/Tokyo", "JPY", "X_TOKEN_AOZORA")
TIMELINE = "/2/users/150/tweets"


def post(number, age_days, **more):
    return {"id": str(number), "created_at": f"{NOW - timedelta(days=age_days):%Y-%m-%dT%H:%M:%S.000Z}", **more}


def landed(*captures):
    """Pages as they were landed: (days ago, path, body)."""
    return lambda: [
        (NOW - timedelta(days=ago), Page(path, 200, json.dumps(body).encode())) for ago, path, body in captures
    ]


def read(scripted, history, answer, stream="posts", budget=None):
    """Return the pages, and the queries that X was asked, the clock's apart."""
    scripted.answers = lambda asked: Answer(b"", 404) if asked.path == "/base/" else answer(asked.path)
    api = SOURCES["x"].open(scripted.url, "a-token-for-tests")
    api.budget_usd = budget
    try:
        pages = list(stream_of("x", stream).pages(api, ACCOUNT, Window(date(2026, 8, 31), landed=history)))
    finally:
        api.close()
    asked = [
        (urlsplit(one.path).path.removeprefix("/base"), parse_qs(urlsplit(one.path).query)) for one in scripted.asked
    ]
    return pages, [one for one in asked if one[0] != "/"], api.usage


def nothing(path):
    return Answer({"meta": {"result_count": 0}})


def test_old_posts_are_asked_for_by_id_at_their_ages_and_a_missed_reading_is_made_up(scripted):
    history = landed(
        (9, TIMELINE, {"data": [post(1, 20.5), post(2, 13.5), post(3, 10.5)]}),
        (2, TIMELINE, {"data": [post(4, 6.5), post(5, 29.5), post(6, 31)]}),
        (1, TIMELINE, {"data": [post(7, 9.5), post(8, 5.5)]}),
    )
    _, asked, _ = read(scripted, history, nothing)
    assert asked[0][1]["start_time"] == ["2026-08-28T00:00:00Z"]
    # 6 is past its 30 days; 7 was read after its eighth day; 8 was four days old when it was read
    assert [query["ids"] for path, query in asked[1:]] == [["1,2,3,4,5,8"]]


@pytest.mark.parametrize(("before", "now"), [(28.95, 29.95), (28.0, 28.95), (27.95, 28.95), (28.5, 29.5)])
def test_the_thirtieth_day_of_private_metrics_is_read_even_by_a_run_an_hour_late(before, now):
    assert is_due(timedelta(days=now), timedelta(days=before))


def test_every_post_is_read_nine_or_ten_times_in_thirty_daily_runs():
    for start in (0.0, 0.3, 0.95):
        last, count = None, 0
        for day in range(30):
            age = timedelta(days=day + start)
            if age <= timedelta(days=4) or is_due(age, last):
                last, count = age, count + 1
        assert count in (9, 10), (start, count)
        assert last >= timedelta(days=29)


def test_a_second_run_of_the_day_yields_what_was_landed_and_asks_for_what_is_new(scripted):
    today = {"data": [post(20, 0.5), post(10, 3.5)], "meta": {"result_count": 2}}
    history = landed((0, TIMELINE, today))
    pages, asked, usage = read(scripted, history, nothing)
    assert [json.loads(page.body) for page in pages] == [today]
    assert [query.get("since_id") for path, query in asked] == [["20"]]
    assert usage.reads == {}


def test_a_second_run_of_a_day_without_posts_lands_its_one_empty_page_again(scripted):
    empty = {"meta": {"result_count": 0}}
    pages, asked, _ = read(scripted, landed((0, TIMELINE, empty)), nothing)
    assert [json.loads(page.body) for page in pages] == [empty]
    assert len(asked) == 1


def test_a_post_asked_for_by_id_is_not_asked_for_again_that_day_whatever_the_answer_was(scripted):
    refusal = {"type": "https://api.x.com/2/problems/not-authorized-for-resource", "resource_id": "3"}
    history = landed(
        (1, TIMELINE, {"data": [post(3, 1.5)]}),
        (0, TIMELINE, {"meta": {"result_count": 0}}),
        (0, "/2/tweets?ids=3", {"errors": [refusal]}),
    )
    pages, asked, _ = read(scripted, history, nothing)
    assert [path for path, _ in asked] == [TIMELINE]
    assert len(pages) == 2


def test_a_reading_that_broke_off_goes_on_where_it_stopped(scripted):
    history = landed((0, TIMELINE, {"data": [post(20, 0.5)], "meta": {"next_token": "T2"}}))
    pages, asked, usage = read(scripted, history, lambda path: Answer({"data": [post(10, 1.5)], "meta": {}}))
    assert [query.get("pagination_token") for path, query in asked] == [["T2"]]
    assert (len(pages), usage.reads) == (2, {"posts": 1})


def test_reposts_and_posts_that_are_gone_are_not_read_again(scripted):
    is_gone = {"type": "https://api.x.com/2/problems/resource-not-found", "parameter": "ids", "resource_id": "2"}
    history = landed(
        (9, TIMELINE, {"data": [post(1, 15, referenced_tweets=[{"type": "retweeted", "id": "9"}]), post(2, 15)]}),
        (8, "/2/tweets?ids=2", {"errors": [is_gone]}),
    )
    _, asked, _ = read(scripted, history, nothing)
    assert [path for path, _ in asked] == [TIMELINE]


def test_a_young_post_that_the_timeline_lacks_is_asked_for_and_found_withdrawn(scripted):
    refusal = {
        "type": "https://api.x.com/2/problems/resource-not-found",
        "title": "Not Found Error",
        "parameter": "ids",
        "resource_id": "3",
        "detail": "Could not find tweet with ids: [3].",
    }
    pages, _, usage = read(
        scripted,
        landed((1, TIMELINE, {"data": [post(3, 1.5)]})),
        lambda path: Answer({"errors": [refusal]}) if "ids=" in path else nothing(path),
    )
    (row,) = rows(stream_of("x", "posts"), "post_refusals", pages)
    assert (row["post_id"], row["problem"]) == ("3", "resource-not-found")
    assert usage.price_usd == 0


def test_the_posts_whose_private_metrics_end_unread_are_named(scripted, caplog):
    history = landed((9, TIMELINE, {"data": [post(1, 29.5), post(2, 15)]}))
    empty = {"title": "Payment Required", "detail": "credits depleted", "status": 402}
    with pytest.raises(QuotaExhausted, match="no credits left"):
        read(scripted, history, lambda path: Answer(empty, 402) if "ids=" in path else nothing(path))
    assert caplog.messages == ["x account 150: private metrics end within two days and were not read of post(s) 1"]


def test_a_budget_stops_before_an_answer_that_could_exceed_it(scripted):
    def answer(path):
        return Answer({"data": [post(number, 1) for number in range(100)], "meta": {"next_token": path[-9:]}})

    with pytest.raises(QuotaExhausted, match=r"0\.100 USD are left, the next answer may cost 0\.500"):
        read(scripted, tuple, answer, budget=Decimal("0.6"))
    assert len([one for one in scripted.asked if "tweets" in one.path]) == 1


def test_posts_withheld_for_their_private_metrics_are_read_for_their_public_ones(scripted):
    refusal = {"type": "https://api.x.com/2/problems/not-authorized-for-field", "field": "organic_metrics.like_count"}

    def answer(path):
        is_private = "organic_metrics" in path
        return Answer({"errors": [{**refusal, "resource_id": "1"}]} if is_private else {"data": [post(1, 1)]})

    # neither answer has a meta
    pages, _, _ = read(scripted, tuple, answer)
    assert [row["post_id"] for row in rows(stream_of("x", "posts"), "posts", pages)] == ["1"]
    assert rows(stream_of("x", "posts"), "post_refusals", pages)[0]["field"] == "organic_metrics.like_count"


def test_a_server_that_knows_only_the_newer_names_is_asked_in_them(scripted):
    unknown = {"errors": [{"parameters": {"tweet.fields": ["id"]}, "message": "unknown"}], "title": "Invalid Request"}

    def answer(path):
        return Answer(unknown, 400) if "tweet.fields" in path else Answer({"data": [post(1, 1)], "meta": {}})

    pages, asked, _ = read(scripted, tuple, answer)
    assert [("post.fields" in query) for _, query in asked] == [False, True]
    assert len(pages) == 1


def test_of_who_mentions_the_account_only_a_keyed_hash_is_landed(sandbox):
    pages = sandbox.pages("x", "mentions", "aozora", "2026-07-12")
    stream = stream_of("x", "mentions")
    found = rows(stream, "mentions", pages)
    assert len(found) > 3
    assert {len(row["author_key"]) for row in found} == {64}
    assert {row["hashtags"] for row in found} == {"aozora"}
    for page in pages:
        text = scrub(page.body, stream.personal, KEY).decode()
        assert "88000000" not in text
        assert "Great day" not in text


def test_the_mentions_that_x_counts_are_those_that_it_lists(sandbox):
    listed = sandbox.rows("x", "mentions", "mentions", "aozora", "2026-07-12")
    counted = sandbox.rows("x", "counts", "mention_counts", "aozora", "2026-07-12")
    assert sum(row["mention_count"] for row in counted) == len(listed)


def test_the_month_is_examined_with_its_limits_and_its_budget(sandbox):
    account = sandbox.accounts["aozora", "x"]
    api = SOURCES["x"].open(f"{sandbox.root}/at/2026-07-12/x", f"of-{account.account_id}")
    api.budget_usd = Decimal("1.00")
    found = {one.check: (one.holds, one.said[0]) for one in SOURCES["x"].examine(api, account)}
    api.close()
    assert found == {
        "token": (True, "the token is valid, in user context"),
        "private metrics": (True, "the token is that of @aozora_coffee"),
        "scopes": (True, "granted: users.read, tweet.read; nothing renews it; the access level is read"),
        "limits": (True, "left: 899 requests of the window"),
        "budget": (True, "0.99 USD of the month's budget are left"),
    }


def test_a_token_without_the_right_to_read_posts_is_told_by_the_scope_it_lacks(scripted):
    me = Answer({"data": {"id": "150", "username": "aozora_coffee"}}, headers={"x-access-level": "read"})
    refusal = Answer({"title": "Forbidden", "detail": "Forbidden", "status": 403}, 403)
    scripted.answers = lambda asked: me if "/me?" in asked.path else refusal
    api = SOURCES["x"].open(scripted.url, "a-token-for-tests")
    found = {one.check: one for one in SOURCES["x"].examine(api, ACCOUNT)}
    api.close()
    assert (found["scopes"].holds, found["scopes"].said[0]) == (False, "users.read is granted, tweet.read is not")
    # a span in which hardly a post can lie: an empty answer costs nothing
    assert "start_time=2026-08-31T23:59:30Z" in scripted.asked[-1].path


def clocks(scripted, history):
    scripted.answers = [Answer(b"", 404)]
    api = SOURCES["x"].open(scripted.url, "a-token-for-tests")
    found = list(SOURCES["x"].clocks(api, ACCOUNT, lambda stream: history()))
    api.close()
    return [(one.check, one.holds, one.said[0]) for one in found]


def test_the_posts_about_to_leave_the_private_capture_and_those_that_left_unseen_are_named(scripted):
    history = landed(
        (9, TIMELINE, {"data": [post(1, 29.5), post(2, 15), post(3, 30.2), post(4, 29)]}),
        (0, "/2/tweets?ids=4", {"data": [post(4, 29)]}),
    )
    assert clocks(scripted, history) == [
        ("private_clock", None, "private metrics end within two days of post(s) 1"),
        ("expired_unseen", None, "private metrics expired unseen of post(s) 3"),
    ]
    assert clocks(scripted, tuple) == [("private_clock", True, "private metrics end within two days of post(s) none")]


def test_the_older_version_of_an_edited_post_is_not_lost_when_the_newer_one_was_read(scripted):
    edited = {**post(6, 30.1), "edit_history_tweet_ids": ["5", "6"]}
    history = landed((9, TIMELINE, {"data": [post(5, 30.1), edited]}), (1, "/2/tweets?ids=6", {"data": [edited]}))
    assert [check for check, *_ in clocks(scripted, history)] == ["private_clock"]


def test_a_page_of_unknown_shape_is_no_memory_and_no_obstacle(scripted):
    history = landed((1, TIMELINE, {"data": ["?", {"text": "no id"}, {"id": "x"}, post(3, 10.5)], "errors": [{}]}))
    pages, asked, _ = read(scripted, history, nothing)
    assert [path for path, _ in asked] == [TIMELINE]
    assert len(pages) == 1


def test_prices_of_the_accounts_own_take_the_place_of_the_lists(scripted):
    scripted.answers = lambda asked: Answer({"data": [post(1, 1)]}) if "tweets" in asked.path else Answer(b"", 404)
    api = SOURCES["x"].open(scripted.url, "a-token-for-tests")
    api.prices = api.prices.at({"posts": Decimal("0.001")})
    list(stream_of("x", "posts").pages(api, ACCOUNT, Window(date(2026, 8, 31))))
    api.close()
    assert api.usage.price_usd == Decimal("0.001")


def test_an_app_only_token_is_told_from_one_that_is_not_valid(sandbox):
    account = sandbox.accounts["aozora", "x"]
    api = SOURCES["x"].open(f"{sandbox.root}/at/2026-07-12/x", "app-token")
    (found,) = SOURCES["x"].examine(api, account)
    api.close()
    assert (found.holds, found.said[0]) == (False, f"{account.token_env} is app-only: private metrics can't be read")


def test_what_was_used_since_is_a_difference():
    usage = Usage(requests=3, price_usd=Decimal("0.01"))
    before = usage.mark()
    usage.requests += 1
    usage.reads["posts"] += 2
    assert usage.since(before) == Usage(requests=1, reads={"posts": 2}, price_usd=Decimal(0))
