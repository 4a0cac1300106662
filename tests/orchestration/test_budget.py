"""What is paid for is billed once, whether the capture became whole, was gone on with, or never was."""

from __future__ import annotations

import os
from collections import Counter
from decimal import Decimal

import pytest

from connectors import SOURCES
from connectors.streams import Page
from connectors.usage import Usage
from orchestration import budget, landing, parts
from tests.orchestration.conftest import DAY, NOON

POSTS = SOURCES["x"].streams[1]
PAID = Usage(requests=1, reads=Counter(posts=200), price_usd=Decimal("1.00"))
TWO_DAYS_S = 48 * 3600


def breaks_off():
    yield Page("/1", 200, b"{}")
    raise ConnectionError


def broken_off(settings, account):
    with pytest.raises(ConnectionError):
        landing.write(settings.landing, account, POSTS, DAY, NOON, breaks_off(), settings.person_key, lambda: PAID)


def billed(settings):
    return budget.billed(settings.landing, "x", {"42"}, "2026-07")


def test_a_fetch_that_broke_off_is_billed_whether_or_not_anybody_goes_on_with_it(settings, account):
    broken_off(settings, account)
    assert billed(settings) == (Counter(posts=200), Decimal("1.00"))
    (begun,) = settings.landing.rglob("*.begun")
    os.utime(begun, (begun.stat().st_atime - TWO_DAYS_S, begun.stat().st_mtime - TWO_DAYS_S))
    parts.mend(settings.landing)
    assert parts.find(settings.landing, account, POSTS, DAY, NOON) is None
    assert billed(settings) == (Counter(posts=200), Decimal("1.00"))


def test_a_fetch_that_is_gone_on_with_is_billed_once(settings, account):
    broken_off(settings, account)
    part = parts.find(settings.landing, account, POSTS, DAY, NOON)
    assert (part.price_usd, list(part.pages)) == (Decimal("1.00"), ["/1"])
    whole = Usage(requests=2, reads=Counter(posts=300), price_usd=Decimal("1.50"))
    pages = [Page("/1", 200, b"{}"), Page("/2", 200, b"{}")]
    landing.write(settings.landing, account, POSTS, DAY, NOON, pages, settings.person_key, lambda: whole, part)
    assert billed(settings) == (Counter(posts=300), Decimal("1.50"))
    assert list(settings.landing.rglob("*.begun")) == []


def test_another_account_and_another_month_are_not_billed(settings, account):
    broken_off(settings, account)
    assert budget.billed(settings.landing, "x", {"43"}, "2026-07") == (Counter(), Decimal(0))
    assert budget.billed(settings.landing, "x", {"42"}, "2026-08") == (Counter(), Decimal(0))
