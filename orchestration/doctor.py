"""Checks before the first run: each finding names the thing and the remedy."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors import SOURCES
from connectors.errors import SourceError
from orchestration import accounts
from orchestration.settings import Problem, Settings

ROOM = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, whether it is fine, what to do if not."""

    what: str
    is_fine: bool
    remark: str

    @property
    def line(self) -> str:
        """Return the finding as one line."""
        return f"{'ok  ' if self.is_fine else 'FAIL'}  {self.what}: {self.remark}"


def examine(settings: Settings) -> list[Finding]:
    """Check the home, the settings, accounts.yml, every token and whether every source answers."""
    findings = [_home(settings), _setting("WAREHOUSE_PERSON_KEY", lambda: settings.person_key)]
    findings.append(_setting("WAREHOUSE_START_DATE", lambda: settings.start_date))
    try:
        listed, _ = accounts.read(settings.accounts_file)
    except Problem as problem:
        return [*findings, Finding("accounts.yml", False, str(problem))]
    findings.append(Finding("accounts.yml", True, f"{len(listed)} accounts in {settings.accounts_file}"))
    findings += [_token(settings, account) for account in listed]
    findings += [_source(settings, name) for name in sorted({account.source for account in listed})]
    return findings


def _home(settings: Settings) -> Finding:
    if not os.access(settings.home, os.W_OK):
        return Finding("home", False, f"{settings.home} can't be written: set WAREHOUSE_HOME to a folder of yours")
    free = shutil.disk_usage(settings.home).free
    return Finding("home", free > ROOM, f"{settings.home}, {free:,} bytes free")


def _setting(name: str, read) -> Finding:
    try:
        read()
    except Problem as problem:
        return Finding(name, False, str(problem))
    return Finding(name, True, "set")


def _token(settings: Settings, account) -> Finding:
    what = f"{account.source} account {account.account_id}"
    try:
        settings.token(account.token_env)
    except Problem as problem:
        return Finding(what, False, str(problem))
    return Finding(what, True, f"token in {account.token_env}")


def _source(settings: Settings, source: str) -> Finding:
    today = datetime.now(UTC).date()
    try:
        with closing(SOURCES[source].open(settings.base_url(source, today), "present")) as api:
            present = api.present()
    except (SourceError, Problem) as error:
        return Finding(source, False, str(error))
    return Finding(source, True, f"answers, its clock says {present:%Y-%m-%d %H:%M} UTC")
