"""An account's API, opened: its token and what renews it, what it is charged, what its brand may still spend."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial

from connectors import SOURCES
from connectors.http import Api
from connectors.streams import Account
from orchestration import budget
from orchestration.settings import Settings


def opened(settings: Settings, account: Account, siblings: Collection[str], day: date) -> Api:
    """Open the API for the run of `day`; `siblings` are the brand's accounts of the source, which share its budget."""
    base_url = settings.base_url(account.source, day)
    api = SOURCES[account.source].open(base_url, settings.token_of(account, base_url))
    api.budget_usd = budget.left(settings, account, siblings, day)
    if account.prices_usd:
        api.prices = api.prices.at(account.prices_usd)
    if account.refresh_token_env:
        api.renew = partial(settings.token_of, account, base_url)
    return api
