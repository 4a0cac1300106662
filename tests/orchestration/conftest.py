"""A home of its own for each test, and accounts that need no network."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from connectors import SOURCES
from connectors.streams import Account, Page
from orchestration import landing, raw
from orchestration.settings import Settings

DAY = date(2026, 7, 1)
NOON = datetime(2026, 7, 2, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Settings over an empty home, with every secret that a run asks for."""
    return Settings.load(tmp_path, {"WAREHOUSE_PERSON_KEY": "a-key-for-tests-only", "X_TOKEN": "canary-token"})


@pytest.fixture
def account() -> Account:
    """An account of X."""
    return Account("aozora", "x", "42", "aozora_coffee", "Asia/Tokyo", "JPY", "X_TOKEN")


@pytest.fixture
def con(settings):
    """The build file of the home, with every raw table."""
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        yield con


def land(settings, account, followers, at=NOON, window=DAY):
    """Land a capture of the account's user, as X would tell it at that instant."""
    user = SOURCES["x"].streams[0]
    return landing.write(settings.landing, account, user, window, at, [x_user_page(followers)], settings.person_key)


def x_user_page(followers: int) -> Page:
    """What X answers when it is asked for a user."""
    user = {"id": "42", "username": "aozora_coffee", "public_metrics": {"followers_count": followers}}
    return Page("/2/users/42", 200, json.dumps({"data": user}).encode())
