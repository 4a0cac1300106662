"""X API v2: timelines, posts and their two dialects."""

from sandbox.servers.wire import instant as moment
from tests.sandbox.x_asked import ME, TYPE, one, posts


def timeline(served, at="2026-07-13", token="demo-aozora", user=ME, **params):
    return served.ask("x", f"/2/users/{user}/tweets", at=at, token=token, params=params).json()


def test_a_timeline_pages_newest_first_and_the_last_page_has_no_next_token(served):
    found, token, pages = [], {}, []
    while token is not None:
        page = timeline(served, max_results=10, **token)
        pages.append(page)
        found += [post["id"] for post in page["data"]]
        token = {"pagination_token": page["meta"]["next_token"]} if "next_token" in page["meta"] else None
    assert found == [post.native_id for post in posts(served)]
    assert [page["meta"]["result_count"] for page in pages[:-1]] == [10] * (len(pages) - 1)
    assert ("previous_token" in pages[0]["meta"], "next_token" in pages[-1]["meta"]) == (False, False)
    back = timeline(served, max_results=10, pagination_token=pages[1]["meta"]["previous_token"])
    assert back["data"] == pages[0]["data"]


def test_an_empty_timeline_has_no_data_key(served):
    assert timeline(served, start_time="2026-07-12T23:59:58Z", end_time="2026-07-12T23:59:59Z") == {
        "meta": {"result_count": 0}
    }


def test_a_timeline_can_leave_out_replies_and_retweets_and_begin_at_a_time(served):
    wanted = [
        post.native_id
        for post in posts(served)
        if post.referenced_type not in ("retweeted", "replied_to") and post.published_at >= moment("2026-07-04")
    ]
    page = timeline(served, max_results=100, exclude="retweets,replies", start_time="2026-07-04T00:00:00Z")
    assert [post["id"] for post in page["data"]] == wanted


def test_nothing_from_the_future_is_on_a_timeline(served):
    at = "2026-07-05T12:00:00Z"
    page = timeline(served, at=at, max_results=100)
    expected = [post.native_id for post in posts(served) if post.published_at <= moment("2026-07-05T12:00")]
    assert [post["id"] for post in page["data"]] == expected


def test_a_post_has_id_text_and_history_unless_more_is_asked(served):
    post = next(post for post in posts(served) if post.format == "photo")
    assert one(served, post) == {
        "data": [{"id": post.native_id, "text": post.text, "edit_history_tweet_ids": [post.native_id]}],
        "meta": {"result_count": 1},
    }


def test_absent_is_left_out_and_never_null(served):
    post = next(
        post for post in posts(served) if post.format == "text" and post.referenced_id is None and not post.hashtags
    )
    fields = "attachments,entities,referenced_tweets,in_reply_to_user_id,note_tweet,source,created_at"
    (found,) = one(served, post, **{"tweet.fields": fields})["data"]
    assert set(found) == {"id", "text", "edit_history_tweet_ids", "created_at"}
    assert found["created_at"] == f"{post.published_at:%Y-%m-%dT%H:%M:%S}.000Z"


def test_the_new_dialect_answers_in_its_own_names(served):
    post = next(p for found in served.world.posts.values() for p in found if p.referenced_type == "replied_to")
    token = f"user-{post.account.native_id}"
    asked = {"post.fields": "public_metrics,organic_metrics", "expansions": "referenced_posts,author_id"}
    (found,) = one(served, post, token=token, **asked)["data"]
    assert set(found["public_metrics"]) == {
        "repost_count", "reply_count", "like_count", "quote_count", "bookmark_count", "impression_count",
    }  # fmt: skip
    assert "repost_count" in found["organic_metrics"]
    assert found["edit_history_post_ids"] == [post.native_id]
    assert found["referenced_posts"] == [{"type": "replied_to", "id": post.referenced_id}]
    assert found["author_id"] == post.account.native_id


def test_a_link_is_shortened_in_the_text_and_whole_in_the_entities(served):
    post = next(post for post in posts(served) if post.link_url)
    (found,) = one(served, post, **{"tweet.fields": "entities"})["data"]
    (url,) = found["entities"]["urls"]
    assert url["expanded_url"] == post.link_url
    assert found["text"][url["start"] : url["end"]] == url["url"]
    assert post.link_url not in found["text"]


def test_media_come_through_the_right_expansion_only(served):
    post = next(post for post in posts(served) if post.format == "video")
    asked = {"tweet.fields": "attachments", "media.fields": "type,public_metrics"}
    right = one(served, post, expansions="attachments.media_keys", **asked)
    (media,) = right["includes"]["media"]
    assert right["data"][0]["attachments"] == {"media_keys": [media["media_key"]]}
    assert (media["type"], set(media)) == ("video", {"media_key", "type", "public_metrics"})
    assert "includes" not in one(served, post, expansions="attachments.media_ids", **asked)


def test_a_missing_post_is_told_in_a_200(served):
    answer = served.ask("x", "/2/tweets?ids=1").json()
    assert answer == {
        "errors": [
            {
                "value": "1",
                "detail": "Could not find tweet with ids: [1].",
                "title": "Not Found Error",
                "resource_type": "tweet",
                "parameter": "ids",
                "resource_id": "1",
                "type": TYPE + "resource-not-found",
            }
        ],
        "meta": {"result_count": 0},
    }
