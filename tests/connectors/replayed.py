"""What a source told, fetched through its *_BASE_URL, landed and loaded: failures, rows and drifts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from connectors import SOURCES
from connectors.http import Api
from connectors.streams import Account
from orchestration import ingest, landing, loading, raw
from orchestration.drift import Drift
from orchestration.settings import Settings
from tests.connectors.scripted import Answer, Asked, Scripted

DAY = date(2026, 8, 31)  # the server's clock says the midnight after it
ACCOUNT = Account("b", "", "17841", "aozora", "UTC", "EUR", "T", competitors=("rival",), hashtags=("tea",))


@dataclass
class Replayed:
    """What came of one fetch of one stream."""

    source: str
    bodies: list[bytes]
    failures: list[str]
    con: duckdb.DuckDBPyConnection
    drifts: list[Drift] = field(default_factory=list)

    def rows(self, table: str) -> list[dict]:
        """Return the rows of a raw table."""
        found = self.con.execute(f"select * from raw_{self.source}.{table}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@contextmanager
def replayed(
    server: Scripted, home: Path, source: str, stream: str, answers: Callable[[Asked], Answer]
) -> Iterator[Replayed]:
    """Fetch and load one stream of an account whose source answers so, as a run would."""
    declared, account = SOURCES[source], replace(ACCOUNT, source=source)
    environ = {declared.base_url_env: server.url, "T": "a-token", "WAREHOUSE_PERSON_KEY": "a-key-for-tests-only"}
    settings = Settings.load(home, environ | {"WAREHOUSE_START_DATE": DAY.isoformat()})
    server.answers = answers

    def opened(base_url: str, token: str) -> Api:
        api = declared.open(base_url, token)
        api.sleep = lambda seconds: None
        return api

    with pytest.MonkeyPatch.context() as patch, raw.opened(settings.warehouse) as con:
        patch.setitem(SOURCES, source, replace(declared, open=opened))
        harvest = ingest.fetch(settings, source, [account], [DAY], {stream})
        (of,) = (one for one in declared.streams if one.name == stream)
        landed = [page.body for _, page in landing.earlier_pages(settings.landing, account, of, date.min)]
        raw.ensure_tables(con)
        found = Replayed(source, landed, [one.reason for one in harvest.failures], con)
        loading.load_new(con, settings, source, None, {stream}, found.drifts)
        yield found
