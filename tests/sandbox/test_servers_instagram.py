"""Instagram Graph API: tokens, versions, batches, fields and usage, trap by trap."""

import json

import pytest

from sandbox.servers.wire import instant as moment
from tests.sandbox.instagram_asked import ME, posts, refusal


@pytest.mark.parametrize("path", [f"/v26.0/{ME}", f"/v19.0/{ME}", "/v26.0/1"])
def test_a_missing_token_is_told_before_anything_else(served, path):
    assert refusal(served.ask("instagram", path, token=None))["code"] == 190


def test_a_token_that_the_account_did_not_declare_is_error_190(tiny):
    assert refusal(tiny.ask("instagram", "/v26.0/901", token="another", at="2026-07-03"))["code"] == 190
    assert tiny.ask("instagram", "/v26.0/901", token="ig-canary", at="2026-07-03").json() == {"id": "901"}


@pytest.mark.parametrize(("version", "code"), [("v20.0", 2635), ("v27.0", 2500)])
def test_a_version_that_is_not_alive_is_refused(served, version, code):
    assert refusal(served.ask("instagram", f"/{version}/{ME}"))["code"] == code


@pytest.mark.parametrize("version", ["v22.0", "v23.0", "v24.0", "v25.0", "v26.0"])
def test_versions_22_to_26_answer(served, version):
    assert served.ask("instagram", f"/{version}/{ME}").json() == {"id": ME}


def test_an_unknown_object_is_100_with_subcode_33(served):
    error = refusal(served.ask("instagram", "/v26.0/18000000000000000"))
    assert (error["code"], error["error_subcode"], error["type"]) == (100, 33, "GraphMethodException")


@pytest.mark.parametrize("name", ["ids", "date_format"])
def test_what_version_26_removed_is_refused_in_every_version(served, name):
    assert refusal(served.ask("instagram", f"/v24.0/?{name}=a"))["code"] == 100


def batch(served, parts):
    asked = [{"method": "GET", "relative_url": part} for part in parts]
    return served.ask("instagram", "/v26.0/", method="POST", data={"batch": json.dumps(asked)})


def test_a_batch_answers_each_question_for_itself(served):
    told = batch(served, [f"{ME}?fields=username", "1?fields=id", f"{ME}?fields=fans"]).json()
    assert [part["code"] for part in told] == [200, 400, 400]
    assert json.loads(told[0]["body"]) == {"username": "aozora.coffee", "id": ME}


def test_the_host_of_instagram_login_answers_the_same_and_takes_no_batch(served):
    path = f"v26.0/{ME}?fields=username"
    assert served.ask("instagram", f"/graph.instagram.com/{path}").json() == served.ask("instagram", f"/{path}").json()
    reply = served.ask("instagram", "/graph.instagram.com/v26.0/", method="POST", data={"batch": "[]"})
    assert refusal(reply)["message"] == "Unsupported post request."


def test_a_batch_of_more_than_fifty_is_refused(served):
    assert refusal(batch(served, [ME] * 51))["type"] == "GraphBatchException"


def test_the_account_has_the_fields_asked_for_and_its_id(served):
    reply = served.ask("instagram", f"/v26.0/{ME}?fields=username,name,followers_count,follows_count,media_count")
    node = next(account for account in served.world.accounts if account.native_id == ME)
    assert reply.json() == {
        "username": "aozora.coffee",
        "name": "Aozora Coffee",
        "followers_count": served.world.followers(node, moment("2026-07-13")),
        "follows_count": 180,
        "media_count": len(posts(served)),
        "id": ME,
    }


def test_one_unknown_field_fails_the_whole_call(served):
    error = refusal(served.ask("instagram", f"/v26.0/{ME}?fields=username,fans"))
    assert error["message"] == "(#100) Tried accessing nonexisting field (fans) on node type (IGUser)"


def test_usage_is_told_in_percent_in_two_headers(served):
    headers = served.ask("instagram", f"/v26.0/{ME}").headers
    assert set(json.loads(headers["X-App-Usage"])) == {"call_count", "total_time", "total_cputime"}
    (usage,) = json.loads(headers["X-Business-Use-Case-Usage"])[ME]
    assert (usage["type"], usage["estimated_time_to_regain_access"]) == ("instagram", 0)
