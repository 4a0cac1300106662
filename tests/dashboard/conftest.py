"""A dashboard over the rehearsed history, and a headless Chromium that notes what a page asks and complains of."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import duckdb
import pytest

from tests.end_to_end.conftest import WAREHOUSE, clean_environment, rehearsed  # noqa: F401

CHROMIUM = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
OWN = ("http://127.0.0.1:", "data:", "blob:")
# Asked beside the page's own address first, since Streamlit doesn't know where it is mounted; a 404 is its answer.
PROBES = ("/_stcore/health", "/_stcore/host-config")
PATIENCE_MS = 120_000  # a machine that does much else draws a page in a minute
DRAWN = """[
    document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning',
    document.querySelector('h1')?.innerText, document.body.innerHTML.length,
]"""


@dataclass
class Opened:
    """A page in the browser."""

    page: object
    address: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def go(self, path: str = "", **query: str) -> None:
        """Open a page of the dashboard."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        self.page.goto(f"{self.address}/{path}?{asked}")
        self.rest()

    def follow(self, name: str) -> None:
        """Click on a link."""
        self.page.get_by_role("link", name=name, exact=True).first.click()
        self.rest()

    def rest(self) -> None:
        """Wait until the page has been drawn: nothing runs, and nothing has changed for a quarter of a second."""
        self.page.wait_for_selector("h1")
        before = None
        while before != (drawn := self.page.evaluate(DRAWN)) or not drawn[0]:
            before = drawn
            self.page.wait_for_timeout(250)

    def text(self) -> str:
        """Return all that is written, in tables and drawings too."""
        return self.page.evaluate("document.body.textContent")


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Serve a home by the command that users type; yield the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [WAREHOUSE, "dashboard", "--home", str(home), "--port", str(port)],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                urlopen(f"{address}/_stcore/health").read()
                break
            except OSError:
                assert process.poll() is None, process.stdout.read()
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def browser():
    """Return Chromium, without a window."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: the dashboard is not tested in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@contextmanager
def opened(browser, address: str, **options) -> Iterator[Opened]:
    """Open a tab that notes requests to elsewhere and errors on the console."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000}, **options)
    page.set_default_timeout(PATIENCE_MS)
    tab = Opened(page, address)
    page.on("request", lambda request: None if request.url.startswith(OWN) else tab.outside.append(request.url))
    page.on("pageerror", lambda error: tab.errors.append(str(error)))
    page.on("dialog", lambda dialog: (tab.errors.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on(
        "console",
        lambda message: (
            tab.errors.append(f"{message.text} {message.location['url']}")
            if message.type == "error" and not message.location["url"].endswith(PROBES)
            else None
        ),
    )
    try:
        yield tab
    finally:
        page.close()


def publish_changed(home: Path, *statements: str, of: Path | None = None) -> Path:
    """Serve a copy of what `home` serves (or of another version) after `statements`; return the new version."""
    before = of or (home / "published" / "marts.duckdb").resolve()
    version = before.with_name(f"marts-29991231T{time.time_ns() % 10**12:012d}Z-changed.duckdb")
    shutil.copy(before, version)
    shutil.copy(before.with_suffix(".json"), version.with_suffix(".json"))
    with duckdb.connect(str(version)) as con:
        for statement in statements:
            con.execute(statement)
        con.execute("checkpoint")
    flip(home, version)
    return version


def flip(home: Path, version: Path) -> None:
    """Let the link of a home point to a version, as a publication does it."""
    link = home / "published" / "marts.duckdb"
    beside = link.with_name(".marts.tmp")
    beside.symlink_to(os.path.relpath(version, link.parent))
    beside.replace(link)


@dataclass(frozen=True)
class Stage:
    """A dashboard that is served for the whole of the tests, over a home whose publication they change."""

    address: str
    home: Path
    first: Path

    def publish(self, *statements: str) -> Path:
        """Serve the rehearsed publication after `statements`."""
        return publish_changed(self.home, *statements, of=self.first)

    def restore(self) -> None:
        """Serve the rehearsed publication as it was."""
        flip(self.home, self.first)


@pytest.fixture(scope="session")
def shared_stage(rehearsed, tmp_path_factory) -> Iterator[Stage]:  # noqa: F811
    """Serve a copy of the rehearsed history; whoever changes it restores it."""
    home = tmp_path_factory.mktemp("stage")
    shutil.copytree(rehearsed / "published", home / "published", symlinks=True)
    with served(home) as address:
        yield Stage(address, home, (home / "published" / "marts.duckdb").resolve())


@pytest.fixture
def stage(shared_stage) -> Iterator[Stage]:
    """Return the served dashboard, and restore its publication after the test."""
    yield shared_stage
    shared_stage.restore()


@pytest.fixture(scope="module")
def marts(rehearsed) -> Iterator[duckdb.DuckDBPyConnection]:  # noqa: F811
    """Open the rehearsed publication."""
    with duckdb.connect(str((rehearsed / "published" / "marts.duckdb").resolve()), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        yield con


@pytest.fixture
def own_home(rehearsed, tmp_path) -> Path:  # noqa: F811
    """Return a home of the test's own with the rehearsed publication in it."""
    shutil.copytree(rehearsed / "published", tmp_path / "home" / "published", symlinks=True)
    return tmp_path / "home"
