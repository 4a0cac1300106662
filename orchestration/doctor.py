"""Checks before a run: each finding says what is so, and what to do if it should not be, in English and Japanese."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from connectors import SOURCES
from connectors.errors import UNKNOWN_SHAPE, SourceError
from connectors.streams import Account, Finding, Landed, Page
from orchestration import access, accounts, budget, inbox, landing, raw, remote
from orchestration.settings import Problem, Settings

log = logging.getLogger("warehouse")
ROOM = 1 << 30
LANGUAGES = ("en", "ja")
MARKS = {True: "ok  ", False: "FAIL", None: "?   "}


@dataclass(frozen=True)
class Examined:
    """A finding and what it is about: the installation, the inbox, or an account."""

    what: str
    finding: Finding


def examine(settings: Settings) -> list[Examined]:
    """Check home, settings, engine, inbox, accounts.yml, and every account by what its source tells of it."""
    found = [
        Examined("home", _home(settings)),
        Examined("settings", _setting("WAREHOUSE_PERSON_KEY", lambda: settings.person_key)),
        Examined("settings", _setting("WAREHOUSE_START_DATE", lambda: settings.start_date)),
        Examined("engine", _engine(settings)),
        *(Examined("inbox", finding) for finding in _inbox(settings)),
    ]
    try:
        listed, _ = accounts.read(settings.accounts_file)
    except Problem as problem:
        return [*found, Examined("accounts.yml", _failed("accounts.yml", str(problem)))]
    said = (
        f"{len(listed)} accounts in {settings.accounts_file}",
        f"{settings.accounts_file} に {len(listed)} アカウント",
    )
    found.append(Examined("accounts.yml", Finding("accounts.yml", True, said)))
    with ThreadPoolExecutor(max_workers=min(source.accounts_at_once for source in SOURCES.values())) as pool:
        for examined in pool.map(lambda account: list(_account(settings, account, listed)), listed):
            found += examined
    return found


def is_well(found: list[Examined]) -> bool:
    """Say whether no check failed."""
    return all(one.finding.holds is not False for one in found)


def text(found: list[Examined], language: str) -> str:
    """Return the findings as lines, those of one account that are all fine in one."""
    at = LANGUAGES.index(language)
    lines = []
    for what in dict.fromkeys(one.what for one in found):
        mine = [one.finding for one in found if one.what == what]
        if all(finding.holds for finding in mine):
            lines.append(f"{MARKS[True]}  {what}: {'; '.join(finding.said[at] for finding in mine)}")
            continue
        for finding in mine:
            remedy = f" → {finding.remedy[at]}" if finding.remedy[at] else ""
            lines.append(f"{MARKS[finding.holds]}  {what}: {finding.check}: {finding.said[at]}{remedy}")
    return "\n".join(lines)


def document(found: list[Examined]) -> str:
    """Return the findings as JSON, a list of objects."""
    return json.dumps([{"what": one.what, **asdict(one.finding)} for one in found], ensure_ascii=False, indent=1)


def _failed(check: str, problem: str) -> Finding:
    # A problem's own sentence holds its remedy already.
    return Finding(check, False, (problem, f"問題があります: {problem}"))


def _home(settings: Settings) -> Finding:
    if not os.access(settings.home, os.W_OK):
        said = (f"{settings.home} can't be written", f"{settings.home} に書き込めません")
        remedy = ("set WAREHOUSE_HOME to a folder of yours", "WAREHOUSE_HOME を書き込めるフォルダーにしてください")
        return Finding("home", False, said, remedy)
    free = shutil.disk_usage(settings.home).free
    said = (f"{settings.home}, {free:,} bytes free", f"{settings.home}、空き {free:,} バイト")
    remedy = ("", "") if free > ROOM else ("make room: a run needs 1 GiB", "1 GiB 以上の空きを作ってください")
    return Finding("home", free > ROOM, said, remedy)


def _setting(name: str, read: Callable[[], object]) -> Finding:
    try:
        read()
    except Problem as problem:
        return _failed(name, str(problem))
    return Finding(name, True, (f"{name} is set", f"{name} は設定済み"))


def _engine(settings: Settings) -> Finding:
    """Tell what builds the models, and whether it can be had: the build file opens, or Spark answers."""
    try:
        if settings.engine == "spark":
            remote.session(settings).stop()
        elif settings.warehouse.exists():
            with raw.opened(settings.warehouse, read_only=True):
                pass
    except Problem as problem:
        return _failed("engine", str(problem))
    said = (f"{settings.engine} builds the models", f"モデルは {settings.engine} で作成されます")
    return Finding("engine", True, said)


def _inbox(settings: Settings) -> Iterator[Finding]:
    """Tell the files that wait, those that no kind takes, those refused, and how many hold rows set aside."""
    refused = sorted(path.name for path in settings.inbox.rglob(f"*{inbox.REFUSED}"))
    misplaced = inbox.misplaced(settings)
    waiting = sum(path.suffix.lower() in inbox.SUFFIXES for path in settings.inbox.rglob("*")) - len(misplaced)
    aside = len(list((settings.landing / "quarantine").rglob("*.ndjson")))
    said = (
        f"{max(0, waiting)} files wait, {aside} have rows set aside",
        f"待機中 {max(0, waiting)} 件、隔離された行のあるファイル {aside} 件",
    )
    yield Finding("waiting", True, said)
    if refused:
        yield Finding(
            "refused",
            False,
            (f"refused: {', '.join(refused)}", f"拒否されたファイル: {', '.join(refused)}"),
            (
                "landing/quarantine/ has the reason: mend the file and take .refused off its name",
                "理由は landing/quarantine/ にあります。直して名前の .refused を外してください",
            ),
        )
    for outcome in misplaced:
        yield Finding("misplaced", False, (outcome.refusal, f"置き場所か形式が違います: {outcome.refusal}"))


def _account(settings: Settings, account: Account, listed: list[Account]) -> Iterator[Examined]:
    what = f"{account.source} account {account.account_id}"
    source = SOURCES[account.source]
    try:
        today = datetime.now(UTC).date()
        with closing(access.opened(settings, account, budget.siblings(account, listed), today)) as api:
            said = (
                f"answers, its clock says {api.present():%Y-%m-%d %H:%M} UTC",
                f"応答あり、時刻 {api.present():%Y-%m-%d %H:%M} UTC",
            )
            yield Examined(what, Finding("source", True, said))
            for finding in source.examine(api, account) if source.examine else ():
                yield Examined(what, finding)
            for finding in source.clocks(api, account, _landed(settings, account)) if source.clocks else ():
                yield Examined(what, finding)
    except (SourceError, Problem) as error:
        yield Examined(what, _failed("source", str(error)))
    except UNKNOWN_SHAPE as error:
        log.debug("%s", error, exc_info=True)
        said = ("answered in a shape that is not known: report it", "未知の形式の応答です。報告してください")
        yield Examined(what, Finding("source", None, said))


def _landed(settings: Settings, account: Account) -> Landed:
    streams = {stream.name: stream for stream in SOURCES[account.source].streams}

    def pages(name: str) -> Iterable[tuple[datetime, Page]]:
        since = datetime.now(UTC).date() - timedelta(days=max(2, streams[name].looks_back_days))
        return landing.earlier_pages(settings.landing, account, streams[name], since)

    return pages
