"""The application around the sources: clock, faults, request log, command line."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
import yaml


@pytest.mark.parametrize(
    ("path", "status"),
    [("/instagram/", 400), ("/x/", 404), ("/ga4/", 404), ("/hubspot/", 401), ("/exports", 200), ("/nowhere/", 404)],
)
def test_every_reply_carries_the_virtual_present_in_date(served, path, status):
    reply = requests.get(f"{served.root}/at/2026-07-05{path}", timeout=10)
    assert (reply.status_code, reply.headers["Date"]) == (status, "Sun, 05 Jul 2026 00:00:00 GMT")


def test_an_address_without_a_present_has_that_of_the_default_addresses(served):
    for path in ("/accounts.yml", "/nowhere", "/at/yesterday/x/"):
        assert requests.get(served.root + path, timeout=10).headers["Date"] == "Mon, 13 Jul 2026 00:00:00 GMT"


def test_the_present_may_be_an_instant(served):
    reply = served.ask("instagram", "/v26.0/17841400000000101", at="2026-07-04T18:30:00Z")
    assert reply.headers["Date"] == "Sat, 04 Jul 2026 18:30:00 GMT"


def test_the_accounts_document_names_every_account_and_where_its_token_is_read_from(served):
    brands = yaml.safe_load(requests.get(f"{served.root}/accounts.yml", timeout=10).text)["brands"]
    assert brands[0] == {
        "brand_id": "aozora",
        "name": "Aozora Coffee",
        "zone": "Asia/Tokyo",
        "currency": "JPY",
        "accounts": [
            {
                "source": "instagram",
                "account_id": "17841400000000101",
                "handle": "aozora.coffee",
                "token_env": "INSTAGRAM_TOKEN_AOZORA",
            },
            {
                "source": "x",
                "account_id": "1500000000000000101",
                "handle": "aozora_coffee",
                "token_env": "X_TOKEN_AOZORA",
            },
            {"source": "ga4", "account_id": "310000101", "token_env": "GA4_TOKEN_AOZORA"},
            {"source": "hubspot", "account_id": "24000101", "token_env": "HUBSPOT_TOKEN_AOZORA"},
        ],
    }


def test_the_request_log_holds_what_was_asked_and_no_token(served):
    requests.delete(f"{served.root}/requests", timeout=10)
    served.ask("instagram", "/v26.0/17841400000000101?fields=id&access_token=secret-canary", token=None)
    served.ask("x", "/2/users/me", token="secret-canary")
    log = requests.get(f"{served.root}/requests", timeout=10)
    assert log.json() == [
        {
            "source": "instagram",
            "method": "GET",
            "path": "/v26.0/17841400000000101?fields=id&access_token=***",
            "status": 200,
            "returned": 0,
            "present": "2026-07-13T00:00:00Z",
        },
        {
            "source": "x",
            "method": "GET",
            "path": "/2/users/me",
            "status": 200,
            "returned": 0,
            "present": "2026-07-13T00:00:00Z",
        },
    ]
    assert "secret-canary" not in log.text


def test_the_second_request_alone_fails_when_the_fault_says_so(served, fault):
    fault(source="x", path="/2/users/*", when={"nth": 2}, what={"status_503": 4})
    replies = [served.ask("x", "/2/users/me") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 503, 200]
    assert replies[1].headers["Retry-After"] == "4"
    assert replies[1].json() == {
        "title": "Service Unavailable",
        "type": "about:blank",
        "status": 503,
        "detail": "Service Unavailable",
    }


def test_a_faulty_page_can_be_no_json_or_a_web_page(served, fault):
    fault(source="hubspot", when={"nth": 1}, what="not_json")
    fault(source="hubspot", when={"nth": 1}, what="html")
    first, second = (served.ask("hubspot", "/crm/objects/2026-09/deals") for _ in range(2))
    assert (first.text, first.headers["Content-Type"]) == ('{"data": [', "application/json")
    assert second.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("what", ["down", "truncated"])
def test_a_dropped_line_is_an_error_of_transport(served, fault, what):
    fault(source="exports", what=what)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        requests.get(f"{served.root}/at/2026-07-05/exports", timeout=10)


def test_a_slow_answer_is_held_back_and_then_right(served, fault):
    fault(source="exports", what={"slow_s": 0.3})
    reply = requests.get(f"{served.root}/at/2026-07-05/exports", timeout=10)
    assert reply.status_code == 200
    assert reply.elapsed.total_seconds() > 0.3


@pytest.mark.parametrize(
    ("source", "status", "code"), [("instagram", 400, 190), ("x", 401, None), ("ga4", 401, 401), ("hubspot", 401, None)]
)
def test_a_refused_token_is_worded_as_the_source_does(served, fault, source, status, code):
    fault(source=source, what="token_refused")
    reply = served.ask(source, "/anything")
    assert reply.status_code == status
    assert reply.json().get("error", {}).get("code") == code


def test_each_source_tells_of_its_own_limit_in_its_own_way(served, fault):
    fault(source="*", what="rate_limited")
    graph = served.ask("instagram", "/v26.0/17841400000000101")
    assert (graph.status_code, graph.json()["error"]["code"], graph.headers.get("Retry-After")) == (400, 80002, None)
    usage = json.loads(graph.headers["X-Business-Use-Case-Usage"])["17841400000000101"][0]
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (100, 1)
    x = served.ask("x", "/2/users/me")
    assert (x.status_code, x.headers["x-rate-limit-remaining"]) == (429, "0")
    assert int(x.headers["x-rate-limit-reset"]) == 1783900800 + 30
    assert served.ask("ga4", "/").json()["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert served.ask("hubspot", "/").json()["policyName"] == "TEN_SECONDLY_ROLLING"


def test_the_faults_of_a_scenario_act_from_the_start(tiny):
    by = "/2/users/by?usernames=kiosk"
    statuses = [tiny.ask("x", by, at=f"2026-07-0{day}", token="x-canary").status_code for day in (1, 2, 3)]
    assert statuses == [200, 503, 200]
    limited = tiny.ask("ga4", "/v1beta/properties/310000901/metadata", at="2026-07-03")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"source": "y", "what": "down"}, "fault source 'y' is none of"),
        ({"source": "x", "what": "sulks"}, "fault what 'sulks' is none of"),
        ({"source": "x", "what": "slow_s"}, "needs its seconds"),
        ({"source": "x", "what": "down", "when": "never"}, "fault when 'never' is none of"),
        ({"source": "x", "what": "down", "often": 1}, "has no key 'often'"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_by_name(served, entry, reason):
    reply = requests.post(f"{served.root}/faults", json=[entry], timeout=10)
    assert reply.status_code == 400
    assert reason in reply.json()["error"]


def test_the_files_of_a_day_appear_with_the_midnight_that_ends_it(served):
    offered = served.ask("exports", "", at="2026-07-05").json()
    assert offered == [
        {"kind": "product_events", "file_name": "product_events-2026-07-04.csv"},
        {"kind": "survey_responses", "file_name": "survey_responses-2026-07-04.csv"},
        {"kind": "support_tickets", "file_name": "support_tickets-2026-07-04.csv"},
    ]
    reply = served.ask("exports", "/product_events-2026-07-04.csv", at="2026-07-05")
    assert reply.text.splitlines()[0] == "event_id,entity_type,entity_id,event_type,occurred_at,quantity"
    assert served.ask("exports", "/product_events-2026-07-05.csv", at="2026-07-05").status_code == 404


def test_the_command_prints_its_addresses_writes_the_truth_and_runs_until_terminated(tmp_path):
    scenario = "sandbox/scenarios/small.yml"
    command = [sys.executable, "-m", "sandbox", "--scenario", scenario, "--port", "0", "--truth", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            addresses = json.loads(process.stdout.readline())
            root = addresses["SANDBOX_URL"]
            served = requests.get(f"{root}/accounts.yml", timeout=10)
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode in (0, -signal.SIGTERM)
    assert root.startswith("http://127.0.0.1:")
    assert addresses == {
        "INSTAGRAM_BASE_URL": f"{root}/at/2026-07-13/instagram",
        "X_BASE_URL": f"{root}/at/2026-07-13/x",
        "GA4_BASE_URL": f"{root}/at/2026-07-13/ga4",
        "HUBSPOT_BASE_URL": f"{root}/at/2026-07-13/hubspot",
        "YOUTUBE_BASE_URL": f"{root}/at/2026-07-13/youtube",
        "SANDBOX_URL": root,
    }
    assert served.status_code == 200
    assert (tmp_path / "posts.csv").exists()


def test_a_scenario_that_cannot_be_used_is_one_sentence_and_status_two(tmp_path):
    bad = tmp_path / "bad.yml"
    bad.write_text("seed: 1\nstart: 2026-07-01\ndays: 3\nbrands: []\n", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "sandbox", "--scenario", str(bad)], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"{bad}: brands: ")
    assert ended.stderr.count("\n") == 1


def test_an_impossible_fault_in_a_scenario_is_one_sentence_and_status_two(tmp_path):
    bad = tmp_path / "bad.yml"
    document = yaml.safe_load(Path("sandbox/scenarios/small.yml").read_text(encoding="utf-8"))
    document["faults"] = [{"source": "x", "path": "*", "when": "always", "what": "sulks"}]
    bad.write_text(yaml.safe_dump(document), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "sandbox", "--scenario", str(bad)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "fault what 'sulks' is none of" in ended.stderr
