"""A Superset of its own on loopback, over a rehearsed publication."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from orchestration.settings import REPOSITORY
from tests.dashboard.conftest import browser, marts  # noqa: F401
from tests.end_to_end.conftest import rehearsed  # noqa: F401

BIN = REPOSITORY / ".venv-superset" / "bin"
PASSWORD = "only-on-loopback"
RECIPE = REPOSITORY / "docs" / "superset" / "superset_config.py"
OF_THE_TEST = """
SECRET_KEY = "only-on-loopback-and-for-the-length-of-a-test"
SQLALCHEMY_DATABASE_URI = "sqlite:///{home}/superset.db?check_same_thread=false"
WTF_CSRF_ENABLED = False
RATELIMIT_ENABLED = False
SESSION_COOKIE_SECURE = False
"""


class Superset:
    """The REST API of a running Superset, signed in."""

    def __init__(self, address: str):
        self.address, self.session = address, requests.Session()
        signed = self.post("security/login", username="admin", password=PASSWORD, provider="db", refresh=False)
        self.session.headers["Authorization"] = f"Bearer {signed.json()['access_token']}"

    def post(self, path: str, files: dict | None = None, **body) -> requests.Response:
        """Post to a path below /api/v1; with files as a form."""
        form = {"files": files, "data": body} if files else {"json": body}
        return self.session.post(f"{self.address}/api/v1/{path}", timeout=120, **form)

    def put(self, path: str, **body) -> requests.Response:
        """Change what lies at a path below /api/v1."""
        return self.session.put(f"{self.address}/api/v1/{path}", json=body, timeout=120)

    def get(self, path: str) -> requests.Response:
        """Get a path below /api/v1."""
        return self.session.get(f"{self.address}/api/v1/{path}", timeout=120)

    def sign_in(self, page) -> None:
        """Sign a browser's tab in."""
        page.goto(f"{self.address}/login/")
        page.locator("#username").fill("admin")
        page.locator("#password").fill(PASSWORD)
        page.locator("#password").press("Enter")
        page.wait_for_url("**/superset/welcome/**")


@pytest.fixture(scope="session")
def superset(tmp_path_factory) -> Iterator[Superset]:
    """Set Superset up in a folder of its own, serve it, and stop it."""
    home = tmp_path_factory.mktemp("superset")
    config = home / "superset_config.py"
    config.write_text(RECIPE.read_text("utf-8") + OF_THE_TEST.format(home=home), encoding="utf-8")
    environ = {**os.environ, "SUPERSET_CONFIG_PATH": str(config)}
    admin = ["--username", "admin", "--firstname", "a", "--lastname", "b", "--email", "a@example.com"]
    for words in (["db", "upgrade"], ["fab", "create-admin", *admin, "--password", PASSWORD], ["init"]):
        subprocess.run([BIN / "superset", *words], env=environ, cwd=home, check=True, capture_output=True, timeout=900)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(
            [BIN / "superset", "run", "-h", "127.0.0.1", "-p", str(port), "--with-threads"],
            env=environ,
            cwd=home,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(f"http://127.0.0.1:{port}", process, home / "server.log")
        yield Superset(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(1200):
        try:
            if requests.get(f"{address}/health", timeout=5).ok:
                return
        except requests.ConnectionError:
            assert process.poll() is None, log.read_text(encoding="utf-8")[-2000:]
        time.sleep(0.5)
    raise AssertionError(log.read_text(encoding="utf-8")[-2000:])
