"""Homes with publications, and the invariant that holds after whatever happened to one."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from connectors.streams import Account
from orchestration import gate, publish
from orchestration.settings import Settings
from tests.faults import small_publication


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    """Settings over an empty home whose one suite is that of the small publication."""
    monkeypatch.setattr(gate, "suites", small_publication.only_suite)
    home = tmp_path / "home"
    return Settings.load(home, {"WAREHOUSE_PERSON_KEY": "a-key-for-tests-only", "X_TOKEN": "canary-token"})


@pytest.fixture
def account() -> Account:
    """An account of X."""
    return Account("aozora", "x", "42", "aozora_coffee", "Asia/Tokyo", "JPY", "X_TOKEN")


def served_rows(settings: Settings) -> tuple[int, int]:
    """How many rows a reader sees, and of which publication each says it is."""
    with publish.opened(settings) as con:
        return con.execute("select count(*), max(id) from marts.fct_x").fetchone()


def assert_whole(settings: Settings, *allowed: int) -> None:
    """What is served is one of the allowed publications, whole; no manifest is without its file, no token anywhere."""
    rows, told = served_rows(settings)
    assert rows == told
    assert rows in allowed
    for version in publish.versions(settings):
        assert publish.sha256(version.path) == version.manifest["sha256"]
    assert [path for path in Path(settings.home).rglob("*") if path.is_file() and b"canary" in path.read_bytes()] == []


def open_read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a file as any reader does."""
    return duckdb.connect(str(path), read_only=True)
