"""What the examination of an Instagram account finds, against the sandbox and a scripted Graph."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors import SOURCES
from connectors.streams import Page
from tests.connectors.instagram_scripted import ACCOUNT
from tests.connectors.scripted import Answer

NOW = 1788220800  # 2026-09-01
DAY = 86400


def examined(base_url, account=ACCOUNT):
    api = SOURCES["instagram"].open(base_url, "a-token-for-tests")
    found = {finding.check: finding for finding in SOURCES["instagram"].examine(api, account)}
    api.close()
    return found


def graph(profile, token=None, headers=None):
    def answer(asked):
        if "debug_token" in asked.path:
            return Answer({"data": token or {}})
        return Answer(profile, headers=headers or {})

    return answer


def test_a_good_account_passes_every_check(sandbox):
    account = sandbox.accounts["aozora", "instagram"]
    found = examined(f"{sandbox.root}/at/2026-07-13/instagram", account)
    assert {name: finding.holds for name, finding in found.items()} == {
        "professional_account": True,
        "version": True,
        "token": True,
        "data_access": True,
        "scopes": True,
        "page_link": True,
        "limits": True,
        "metrics": True,
    }
    assert found["page_link"].said[0] == "It is linked to the Page Aozora Coffee."
    assert found["token"].said[0] == "It is valid until 2026-09-11."
    assert all(all(finding.said) for finding in found.values())


def test_a_personal_account_fails_with_the_steps_of_the_switch_in_both_languages(scripted):
    """M29: the check is `professional_account`."""
    scripted.answers = graph({"id": "17841", "username": "someone"})
    finding = examined(scripted.url)["professional_account"]
    assert finding.holds is False
    assert "Switch to professional account" in finding.remedy[0]
    assert "プロアカウントに切り替える" in finding.remedy[1]


@pytest.mark.parametrize(
    ("pages", "holds", "words"),
    [
        ({"data": []}, False, "None of the 0 Pages"),
        ({"data": [{"id": "1", "name": "Friends"}, {"id": "2"}]}, False, "None of the 2 Pages"),
        (
            {"data": [{"name": "Aozora", "id": "3", "instagram_business_account": {"id": "17841"}}]},
            True,
            "the Page Aozora",
        ),
        ({"error": {"code": 100, "message": "nonexisting field (accounts)"}}, None, "the token is no user's"),
    ],
)
def test_the_page_link_is_looked_up_and_an_empty_list_names_the_missing_permission(scripted, pages, holds, words):
    def answer(asked):
        if "me/accounts" in asked.path:
            return Answer(pages, 400 if "error" in pages else 200)
        return graph({"id": "17841", "followers_count": 5})(asked)

    scripted.answers = answer
    finding = examined(scripted.url)["page_link"]
    assert finding.holds is holds
    assert words.lower() in finding.said[0].lower()
    assert ("business_management" in finding.remedy[0]) is (holds is False)


def test_metrics_that_the_account_is_refused_are_named(scripted):
    def answer(asked):
        if "/insights" in asked.path and "reposts" in asked.path:
            words = "(#100) The following metric (reposts) is not offered"
            return Answer({"error": {"code": 100, "message": words}}, 400)
        return graph({"id": "17841", "followers_count": 5, "data": []})(asked)

    scripted.answers = answer
    finding = examined(scripted.url)["metrics"]
    assert (finding.holds, finding.said[0]) == (None, "Metrics refused: reposts.")


def test_a_token_that_is_said_to_be_invalid_fails_with_the_reason(scripted):
    told = {"is_valid": False, "error": {"code": 190, "message": "The session is over", "subcode": 463}}
    scripted.answers = graph({"id": "17841", "followers_count": 5}, told)
    finding = examined(scripted.url)["token"]
    assert (finding.holds, finding.said[0]) == (False, "It is not valid: The session is over.")


def test_trouble_of_instagrams_own_is_no_verdict_on_the_account(scripted):
    scripted.answers = [Answer({"error": {"code": 190, "message": "expired"}}, 400)]
    assert examined(scripted.url)["token"].holds is False
    scripted.answers = [Answer({"error": {"code": 100, "error_subcode": 33, "message": "?"}}, 400)]
    assert examined(scripted.url)["professional_account"].holds is False
    scripted.answers = [Answer(b"", 404)]
    assert examined(scripted.url)["professional_account"].holds is False


def clocked(sandbox, present, captures):
    account = sandbox.accounts["aozora", "instagram"]
    api = SOURCES["instagram"].open(f"{sandbox.root}/at/{present}/instagram", "of-aozora")
    page = Page("/stories", 200, b"{}")
    found = list(SOURCES["instagram"].clocks(api, account, lambda stream: [(at, page) for at in captures]))
    api.close()
    return [(one.check, one.holds, one.said[0]) for one in found]


def test_the_story_clock_tells_what_ends_next_and_what_may_have_expired_unseen(sandbox):
    now = datetime(2026, 7, 11, tzinfo=UTC)
    every_six_hours = [now - timedelta(hours=hours) for hours in range(0, 42, 6)]
    ((check, holds, said),) = clocked(sandbox, "2026-07-11", every_six_hours)
    assert (check, holds) == ("stories", True)
    assert re.fullmatch(
        r"\d stories live, the first ends 2026-07-1[12] \d\d:\d\d UTC; last captured: 2026-07-11 00:00 UTC\.", said
    )
    stories, unseen = clocked(sandbox, "2026-07-11", [now - timedelta(hours=40)])
    assert (stories[1], unseen[:2]) == (False, ("expired_unseen", None))
    assert unseen[2] == "Stories may have expired unseen: 2026-07-09 08:00 – 2026-07-11 00:00 UTC."
    ((_, holds, said),) = clocked(sandbox, "2026-07-11", [])
    assert holds is False
    assert said.endswith("last captured: never.")


@pytest.mark.parametrize(("days", "holds"), [(9, False), (30, True)])
def test_the_end_of_a_token_is_foretold(scripted, days, holds):
    scripted.answers = graph({"id": "1", "followers_count": 5}, {"expires_at": NOW + days * DAY})
    assert examined(scripted.url)["token"].holds is holds


def test_the_second_clock_and_a_missing_permission_are_told_apart(scripted):
    token = {"expires_at": 0, "data_access_expires_at": NOW + DAY, "scopes": ["instagram_basic"]}
    scripted.answers = graph({"id": "1", "followers_count": 5}, token)
    found = examined(scripted.url)
    assert [found[name].holds for name in ("token", "data_access", "scopes")] == [True, False, False]
    assert "instagram_manage_insights" in found["scopes"].said[0]


def test_an_end_that_is_not_told_is_no_promise_of_none(scripted):
    scripted.answers = graph({"id": "1", "followers_count": 5}, {"is_valid": True, "expires_at": None})
    found = examined(scripted.url)
    assert [found[name].holds for name in ("token", "data_access")] == [None, None]


def test_another_version_than_asked_and_a_used_up_allowance_are_told(scripted):
    usage = '{"1":[{"type":"instagram","call_count":97,"total_time":3,"estimated_time_to_regain_access":0}]}'
    headers = {"facebook-api-version": "v26.0", "X-Business-Use-Case-Usage": usage}
    scripted.answers = graph({"id": "1", "followers_count": 5}, headers=headers)
    found = examined(f"{scripted.url}/v21.0")
    assert (found["version"].holds, found["limits"].holds) == (False, False)
    assert scripted.asked[0].path.startswith("/base/v21.0/17841?")


def test_hashtags_beyond_the_thirty_of_a_week_are_named(scripted):
    def answer(asked):
        if "recently_searched_hashtags" in asked.path:
            return Answer({"data": [{"id": str(n), "name": f"t{n}"} for n in range(29)]})
        return graph({"id": "1", "followers_count": 5})(asked)

    scripted.answers = answer
    account = replace(ACCOUNT, hashtags=("t3", "coffee", "tea"))
    finding = examined(scripted.url, account)["hashtags"]
    assert finding.holds is False
    assert "not searched: tea." in finding.said[0]
