"""What the examination of an Instagram account finds, against the sandbox and a scripted Graph."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors import SOURCES
from tests.connectors.scripted import Answer
from tests.connectors.test_instagram import ACCOUNT

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
        "limits": True,
    }
    assert found["token"].said[0] == "It is valid until 2026-09-11."
    assert all(all(finding.said) for finding in found.values())


def test_a_personal_account_fails_with_the_steps_of_the_switch_in_both_languages(scripted):
    """M29: the check is `professional_account`."""
    scripted.answers = graph({"id": "17841", "username": "someone"})
    finding = examined(scripted.url)["professional_account"]
    assert finding.holds is False
    assert "Switch to professional account" in finding.remedy[0]
    assert "プロアカウントに切り替える" in finding.remedy[1]


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
