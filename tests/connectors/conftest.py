"""A scripted server, the sandbox as a child process, and pages read the way the loader reads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.request import Request, urlopen

import duckdb
import pytest
import yaml

from connectors import SOURCES
from connectors.personal import scrub
from connectors.streams import Account, Page, Stream, Table, Window
from tests.connectors.scripted import Scripted

REPOSITORY = Path(__file__).resolve().parents[2]
KEY = b"a key for tests only"


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    yield server
    server.stop()


@pytest.fixture
def account() -> Account:
    return Account("aozora", "x", "150", "aozora_coffee", "Asia/Tokyo", "JPY", "X_TOKEN_AOZORA")


def stream_of(source: str, name: str) -> Stream:
    return next(stream for stream in SOURCES[source].streams if stream.name == name)


def rows(stream: Stream, table: str, pages: list[Page]) -> list[dict]:
    """Return the rows that `table` makes of `pages`, read as the loader reads a page file."""
    declared = next(one for one in stream.tables if one.name == table)
    lines = [
        json.dumps({"asked": page.asked, "status": page.status, "body": json.loads(_landed(stream, page))})
        for page in pages
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        return _typed(declared, file.name)


def _landed(stream: Stream, page: Page) -> bytes:
    return scrub(page.body, stream.personal, KEY) if stream.personal else page.body


def _typed(table: Table, path: str) -> list[dict]:
    structure = json.dumps({"asked": "VARCHAR", "status": "INTEGER", "body": table.schema})
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute(
            "create temp table page as select parsed.asked, parsed.status, parsed.body, 'file' as landing_file"
            f" from (select from_json(json, '{structure}') as parsed from read_ndjson_objects(?))",
            [path],
        )
        found = con.execute(table.select)
        names = [column[0] for column in found.description]
        typed = [
            {name: value for name, value in zip(names, row, strict=True) if name != "landing_file"}
            for row in found.fetchall()
        ]
    first = {tuple(row[name] for name in table.key) or number: row for number, row in reversed([*enumerate(typed)])}
    return list(first.values())[::-1]


@dataclass(frozen=True)
class Sandbox:
    """The rehearsal world as it is served."""

    root: str
    truth: Path
    accounts: dict[tuple[str, str], Account]

    def pages(
        self, source: str, stream: str, brand: str, present: str, window: Window | None = None, sleep=time.sleep
    ) -> list[Page]:
        """Return the pages of a stream as they are asked at `present`."""
        declared = SOURCES[source]
        account = self.accounts[brand, source]
        api = declared.open(f"{self.root}/at/{present}/{source}", f"pat-canary-5f3759df-{account.account_id}")
        api.sleep = sleep
        try:
            asked_for = window or Window(date.fromisoformat(present))
            return list(stream_of(source, stream).pages(api, account, asked_for))
        finally:
            api.close()

    def rows(self, source: str, stream: str, table: str, brand: str, present: str, window: Window | None = None):
        """Return the rows of one table of a stream."""
        return rows(stream_of(source, stream), table, self.pages(source, stream, brand, present, window))

    def request_count(self) -> int:
        """Return how many requests the sandbox answered so far, without its clock and what it put off for a limit."""
        with urlopen(f"{self.root}/requests") as reply:
            return sum(entry["path"] != "/" and entry["status"] != 429 for entry in json.loads(reply.read()))

    def faults(self, entries: list[dict]) -> None:
        """Script faults; an empty list removes them all."""
        method = "POST" if entries else "DELETE"
        body = json.dumps(entries).encode() if entries else None
        urlopen(Request(f"{self.root}/faults", data=body, method=method)).close()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory) -> Iterator[Sandbox]:
    truth = tmp_path_factory.mktemp("truth")
    command = [sys.executable, "-m", "sandbox", "--scenario", "sandbox/scenarios/small.yml", "--port", "0"]
    child = subprocess.Popen(
        [*command, "--truth", str(truth)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        root = json.loads(child.stdout.readline())["SANDBOX_URL"]
        with urlopen(f"{root}/accounts.yml") as reply:
            document = yaml.safe_load(reply.read())
        yield Sandbox(root, truth, _accounts(document))
    finally:
        child.terminate()
        child.wait(10)
        child.stdout.close()


def _accounts(document: dict) -> dict[tuple[str, str], Account]:
    return {
        (brand["brand_id"], entry["source"]): Account(
            brand["brand_id"],
            entry["source"],
            str(entry["account_id"]),
            entry.get("handle"),
            brand["zone"],
            brand["currency"],
            entry["token_env"],
        )
        for brand in document["brands"]
        for entry in brand["accounts"]
    }
