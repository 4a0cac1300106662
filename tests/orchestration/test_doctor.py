"""What `warehouse doctor` finds, in both languages."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors import SOURCES
from connectors.streams import Account, Finding
from connectors.usage import Usage
from orchestration import doctor, landing
from orchestration.settings import Settings
from tests.connectors.scripted import Answer, Scripted

ACCOUNTS = """
brands:
  - {brand_id: aozora, name: Aozora, zone: Asia/Tokyo, currency: JPY, accounts: [
      {source: x, account_id: "42", token_env: X_A}, {source: x, account_id: "43", token_env: X_B}]}
"""
RENEWED = """
brands:
  - {brand_id: aozora, name: Aozora, zone: Asia/Tokyo, currency: JPY, monthly_budget_usd: 2, accounts: [
      {source: x, account_id: "42", token_env: X_A, refresh_token_env: X_R, client_id_env: X_C}]}
"""
X_42 = Account("aozora", "x", "42", None, "Asia/Tokyo", "JPY", "X_A")
USER = SOURCES["x"].streams[0]


@pytest.fixture
def settings(tmp_path):
    server = Scripted()
    server.answers = [Answer(b"", 404)]
    (tmp_path / "accounts.yml").write_text(ACCOUNTS)
    yield Settings.load(
        tmp_path, {"X_BASE_URL": server.url, "X_A": "token", "WAREHOUSE_PERSON_KEY": "a-key-for-tests-only"}
    )
    server.stop()


def spent() -> Usage:
    return Usage(price_usd=Decimal(1))


def about(found, what):
    return [one.finding for one in found if one.what == what]


def test_an_account_without_a_token_fails_alone_and_by_the_name_of_its_variable(settings, monkeypatch):
    monkeypatch.setitem(SOURCES, "x", replace(SOURCES["x"], examine=None, clocks=None))
    found = doctor.examine(settings)
    assert [one.holds for one in about(found, "x account 42")] == [True]
    (missing,) = about(found, "x account 43")
    assert missing.holds is False and "X_B is not set" in missing.said[0]
    assert not doctor.is_well(found)


def test_what_a_source_finds_of_an_account_is_told_with_its_remedy_in_either_language(settings, monkeypatch):
    finding = Finding("token", False, ("it ends in 3 days", "あと3日で切れます"), ("renew it", "更新してください"))
    monkeypatch.setitem(SOURCES, "x", replace(SOURCES["x"], examine=lambda api, account: iter([finding]), clocks=None))
    found = doctor.examine(settings)
    assert "FAIL  x account 42: token: it ends in 3 days → renew it" in doctor.text(found, "en")
    assert "FAIL  x account 42: token: あと3日で切れます → 更新してください" in doctor.text(found, "ja")
    told = [entry for entry in json.loads(doctor.document(found)) if entry["what"] == "x account 42"]
    assert told[-1]["remedy"] == ["renew it", "更新してください"]


def test_an_answer_of_unknown_shape_is_told_of_its_account_and_the_others_are_examined(settings, monkeypatch):
    def examine(api, account):
        yield Finding("token", True, ("fine", "正常"))
        raise KeyError(account.account_id)

    monkeypatch.setitem(SOURCES, "x", replace(SOURCES["x"], examine=examine))
    settings.environ["X_B"] = "token"
    found = doctor.examine(settings)
    for account in ("x account 42", "x account 43"):
        assert [(one.check, one.holds) for one in about(found, account)] == [
            ("source", True),
            ("token", True),
            ("source", None),
        ]
        assert "shape that is not known" in about(found, account)[-1].said[0]


def test_the_inbox_is_told_what_waits_what_was_refused_and_what_lies_in_no_kind(settings):
    for name in ("product_events/a.csv", "product_events/b.csv.refused", "product_event/c.csv"):
        path = settings.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    waiting, refused, misplaced = about(doctor.examine(settings), "inbox")
    assert "1 files wait" in waiting.said[0]
    assert (refused.holds, "b.csv.refused" in refused.said[0]) == (False, True)
    assert (misplaced.holds, "did you mean product_events?" in misplaced.said[0]) == (False, True)


def test_an_account_is_examined_with_its_renewed_token_and_what_is_left_of_its_budget(tmp_path):
    (tmp_path / "accounts.yml").write_text(RENEWED)
    server = Scripted()
    renewal = Answer({"access_token": "new-token", "refresh_token": "next", "expires_in": 7200})
    me = Answer({"data": {"id": "42", "username": "aozora"}}, headers={"x-access-level": "read"})
    server.answers = lambda asked: (
        renewal if asked.method == "POST" else me if "/me" in asked.path else Answer(b"", 404)
    )
    environ = {"X_BASE_URL": server.url, "X_R": "refresh-1", "X_C": "client", "WAREHOUSE_PERSON_KEY": "k" * 16}
    environ["WAREHOUSE_TOKENS"] = str(tmp_path / "private" / "tokens.json")
    settings = Settings.load(tmp_path, environ)
    landing.write(settings.landing, X_42, USER, datetime.now(UTC).date(), datetime.now(UTC), [], b"", spent)
    found = {one.check: one for one in about(doctor.examine(settings), "x account 42")}
    server.stop()
    assert found["token"].holds
    assert server.asked[-1].headers["Authorization"] == "Bearer new-token"
    # 2 USD a month, of which half was spent, and a cent for this examination
    assert found["budget"].said[0] == "0.99 USD of the month's budget are left"


def test_an_engine_that_can_not_be_had_is_a_finding_with_its_remedy(settings):
    (fine,) = about(doctor.examine(settings), "engine")
    assert (fine.holds, fine.said[0]) == (True, "duckdb builds the models")
    settings.warehouse.write_bytes(b"no database" * 1000)
    (broken,) = about(doctor.examine(settings), "engine")
    assert broken.holds is False and "`warehouse rebuild` makes it anew" in broken.said[0]
    spark = Settings.load(
        settings.home, {**settings.environ, "WAREHOUSE_ENGINE": "spark", "SPARK_REMOTE": "sc://127.0.0.1:9"}
    )
    (away,) = about(doctor.examine(spark), "engine")
    assert away.holds is False
    (unknown,) = about(
        doctor.examine(Settings.load(settings.home, {**settings.environ, "WAREHOUSE_ENGINE": "oracle"})), "engine"
    )
    assert "write duckdb or spark" in unknown.said[0]
