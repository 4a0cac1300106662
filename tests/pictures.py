"""The README's pictures, from a demo: `python -m tests.pictures HOME` writes docs/pictures/*.png.

HOME is a folder in which `warehouse demo` has run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

from orchestration.settings import REPOSITORY
from tests.dashboard.conftest import CHROMIUM, opened, served
from tests.end_to_end.conftest import clean_environment

FOLDER = REPOSITORY / "docs" / "pictures"
DAGSTER_PORT = 3913
LINEAGE = "assets/marts/funnel_daily?view=lineage&lineageScope=upstream&lineageDepth=2"


def dashboard(browser, home: Path) -> None:
    """Take the overview in both languages."""
    with served(home) as address, opened(browser, address) as tab:
        for language in ("en", "ja"):
            tab.page.set_viewport_size({"width": 1280, "height": 860})
            tab.go(lang=language)
            tab.page.screenshot(path=FOLDER / f"dashboard-{language}.png")


def asset_graph(browser, home: Path) -> None:
    """Take what Dagster shows of a mart's lineage."""
    environ = {**clean_environment(), "WAREHOUSE_HOME": str(home), "DAGSTER_HOME": str(home / ".warehouse" / "dagster")}
    command = [Path(sys.executable).with_name("dagster-webserver"), "-m", "orchestration.definitions"]
    address = f"http://127.0.0.1:{DAGSTER_PORT}"
    process = subprocess.Popen(
        [*command, "-h", "127.0.0.1", "-p", str(DAGSTER_PORT)],
        env=environ,
        cwd=environ["DAGSTER_HOME"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(address)
        page = browser.new_page(viewport={"width": 1280, "height": 760})
        page.goto(f"{address}/{LINEAGE}")
        page.get_by_text("funnel_daily").last.wait_for()
        page.wait_for_timeout(4000)
        page.screenshot(path=FOLDER / "asset-graph.png")
        page.close()
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str) -> None:
    for _ in range(240):
        try:
            urlopen(f"{address}/server_info").read()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"nothing answers on {address}")


def main(home: Path) -> None:
    """Write the pictures."""
    FOLDER.mkdir(exist_ok=True)
    os.environ["PYTHONPATH"] = str(REPOSITORY)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        dashboard(browser, home)
        asset_graph(browser, home)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
