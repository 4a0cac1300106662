"""Instagram Graph API: media and stories with their insights, trap by trap."""

from datetime import timedelta

import pytest

from sandbox.servers.wire import instant as moment
from tests.sandbox.instagram_asked import ME, posts, refusal

UNSUPPORTED = "(#100) The Media Insights API does not support the {} metric for this media product type."


def test_media_come_newest_first_in_pages_of_25_and_next_is_absent_on_the_last_page(served):
    first = served.ask("instagram", f"/v26.0/{ME}/media").json()
    found, page = [media["id"] for media in first["data"]], first
    while "next" in page["paging"]:
        after = page["paging"]["cursors"]["after"]
        page = served.ask("instagram", f"/v26.0/{ME}/media", params={"after": after}).json()
        found += [media["id"] for media in page["data"]]
    assert len(first["data"]) == 25
    assert found == [post.native_id for post in posts(served)]
    assert set(page["paging"]) == {"cursors"}


def test_the_next_address_holds_the_token_only_if_it_came_in_the_address(served):
    by_header = served.ask("instagram", f"/v26.0/{ME}/media?limit=1", token="in-a-header").json()
    by_address = served.ask("instagram", f"/v26.0/{ME}/media?limit=1&access_token=in-the-address", token=None).json()
    assert "access_token=TOKEN" in by_header["paging"]["next"]
    assert "access_token=in-the-address" in by_address["paging"]["next"]


def test_a_page_has_at_most_100_media(served):
    page = served.ask("instagram", f"/v26.0/{ME}/media?limit=500").json()
    assert len(page["data"]) == min(100, len(posts(served)))


def test_a_media_published_after_the_present_is_not_there(served):
    newest = posts(served)[0]
    before = (newest.published_at - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert refusal(served.ask("instagram", f"/v26.0/{newest.native_id}", at=before))["error_subcode"] == 33
    listed = served.ask("instagram", f"/v26.0/{ME}/media", at=before).json()["data"]
    assert newest.native_id not in [media["id"] for media in listed]


def test_fields_that_a_media_does_not_have_are_left_out(served):
    image = next(post for post in posts(served) if post.format == "image")
    fields = "media_type,media_product_type,timestamp,username,thumbnail_url,children,like_count,total_like_count"
    counters = served.world.post_counters(image, moment("2026-07-13"))
    assert served.ask("instagram", f"/v26.0/{image.native_id}?fields={fields}").json() == {
        "media_type": "IMAGE",
        "media_product_type": "FEED",
        "timestamp": f"{image.published_at:%Y-%m-%dT%H:%M:%S}+0000",
        "username": "aozora.coffee",
        "like_count": counters["organic_likes"],
        "total_like_count": counters["likes"],
        "id": image.native_id,
    }


def test_nested_insights_come_with_the_page(served):
    fields = "id,insights.metric(reach,views,saved){name,values}"
    (media,) = served.ask("instagram", f"/v26.0/{ME}/media", params={"fields": fields, "limit": 1}).json()["data"]
    post = posts(served)[0]
    counters = served.world.post_counters(post, moment("2026-07-13"))
    named = (("reach", "reach"), ("views", "organic_views"), ("saved", "saves"))
    assert media == {
        "id": post.native_id,
        "insights": {
            "data": [
                {
                    "name": name,
                    "values": [{"value": counters[counter]}],
                    "id": f"{post.native_id}/insights/{name}/lifetime",
                }
                for name, counter in named
            ]
        },
    }


def test_one_media_that_cannot_serve_one_metric_fails_the_whole_page(served):
    assert any(post.surface == "reels" for post in posts(served)[:25])
    params = {"fields": "id,insights.metric(reach,profile_visits)"}
    error = refusal(served.ask("instagram", f"/v26.0/{ME}/media", params=params))
    assert error["message"] == UNSUPPORTED.format("profile_visits")


@pytest.mark.parametrize(
    ("surface", "metric", "message"),
    [
        ("reels", "follows", UNSUPPORTED.format("follows")),
        ("feed", "replies", UNSUPPORTED.format("replies")),
        (
            "feed",
            "video_views",
            "(#100) Starting from version 21+, the following metric is no longer supported: video_views.",
        ),
        ("feed", "facebook_views", "Fatal"),
    ],
)
def test_a_metric_of_another_product_type_is_refused(served, surface, metric, message):
    post = next(post for post in posts(served) if post.surface == surface)
    error = refusal(served.ask("instagram", f"/v26.0/{post.native_id}/insights?metric=reach,{metric}"))
    assert error["message"] == message


def test_impressions_are_gone_and_views_answer(served):
    path = f"/v26.0/{posts(served)[0].native_id}/insights?metric="
    assert "no longer supported" in refusal(served.ask("instagram", path + "impressions"))["message"]
    (entry,) = served.ask("instagram", path + "views").json()["data"]
    assert (entry["name"], entry["period"]) == ("views", "lifetime")


def test_a_media_breakdown_arrives_in_lower_case_beside_the_value(served):
    post = next(post for post in posts(served) if post.surface == "feed")
    clicks = served.world.post_counters(post, moment("2026-07-13"))["bio_clicks"]
    path = f"/v26.0/{post.native_id}/insights?metric=profile_activity&breakdown=action_type"
    (entry,) = served.ask("instagram", path).json()["data"]
    assert entry["values"] == [{"value": clicks}]
    results = [{"dimension_values": ["bio_link_clicked"], "value": clicks}] if clicks else []
    assert entry["total_value"]["breakdowns"] == [{"dimension_keys": ["action_type"], "results": results}]


def test_a_story_lives_for_24_hours(served):
    story = next(post for post in posts(served, is_story=True) if post.quality > 0)
    last = (story.expires_at - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    over = story.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    live = served.ask("instagram", f"/v26.0/{ME}/stories", at=last).json()["data"]
    assert {"id": story.native_id} in live
    assert {"id": story.native_id} not in served.ask("instagram", f"/v26.0/{ME}/stories", at=over).json()["data"]
    assert refusal(served.ask("instagram", f"/v26.0/{story.native_id}/insights?metric=reach", at=over))["code"] == 100
    assert story.native_id not in [
        media["id"] for media in served.ask("instagram", f"/v26.0/{ME}/media").json()["data"]
    ]


def test_a_story_with_fewer_than_five_viewers_is_code_10_and_fails_its_page(served):
    everyone = [post for found in served.world.posts.values() for post in found if post.is_story]
    quiet = next(
        post
        for post in everyone
        if served.world.post_counters(post, post.published_at + timedelta(hours=2))["reach"] < 5
        and post.published_at < moment("2026-07-12")
    )
    at = (quiet.published_at + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/v26.0/{quiet.account.native_id}/stories"
    for asked in (f"/v26.0/{quiet.native_id}/insights?metric=reach", f"{path}?fields=id,insights.metric(reach)"):
        error = refusal(served.ask("instagram", asked, at=at))
        assert (error["code"], error["message"]) == (10, "(#10) Not enough viewers for the media to show insights")
    assert served.ask("instagram", path, at=at).status_code == 200


def test_braces_that_do_not_close_are_a_syntax_error(served):
    assert refusal(served.ask("instagram", f"/v26.0/{ME}/media?fields=id,insights.metric(reach"))["code"] == 2500
