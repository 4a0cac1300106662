"""The README's pictures, from a demo: `python -m tests.pictures HOME` writes docs/pictures/*.png.

HOME is a folder in which `warehouse demo` has run.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

from dashboard.words import LANGUAGES
from orchestration.settings import REPOSITORY
from tests.dashboard.conftest import CHROMIUM, opened, served
from tests.end_to_end.conftest import clean_environment

FOLDER = REPOSITORY / "docs" / "pictures"
DAGSTER_PORT = 3913
LARGEST = 300_000


def dashboard(browser, home: Path) -> None:
    """Take the overview in each language."""
    with served(home) as address, opened(browser, address) as tab:
        tab.page.set_viewport_size({"width": 1280, "height": 960})
        for language in LANGUAGES:
            tab.go(lang=language)
            tab.page.screenshot(path=FOLDER / f"dashboard-{language}.png")


def asset_graph(browser, home: Path) -> None:
    """Take all assets as Dagster draws them, a box a group."""
    environ = {**clean_environment(), "WAREHOUSE_HOME": str(home), "DAGSTER_HOME": str(home / ".warehouse" / "dagster")}
    command = [Path(sys.executable).with_name("dagster-webserver"), "-m", "orchestration.definitions", "--read-only"]
    address = f"http://127.0.0.1:{DAGSTER_PORT}"
    process = subprocess.Popen(
        [*command, "-h", "127.0.0.1", "-p", str(DAGSTER_PORT)],
        env={**environ, "PYTHONPATH": str(REPOSITORY)},
        cwd=environ["DAGSTER_HOME"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(address)
        page = browser.new_page(viewport={"width": 1700, "height": 1500})
        page.goto(f"{address}/asset-groups")
        page.get_by_text("publication", exact=True).first.wait_for()
        page.get_by_text("Hide navigation").click()
        page.get_by_placeholder("Jump to").locator("xpath=following::button[1]").click()
        page.mouse.dblclick(300, 1430)  # on nothing: the graph is fitted into the room that it has now
        page.wait_for_timeout(3000)
        page.screenshot(path=FOLDER / "asset-graph.png", clip={"x": 90, "y": 180, "width": 1560, "height": 1180})
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
    """Write the pictures, and refuse a large one."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        dashboard(browser, home)
        asset_graph(browser, home)
        browser.close()
    for picture in sorted(FOLDER.glob("*.png")):
        size = picture.stat().st_size
        print(f"{picture.relative_to(REPOSITORY)}: {size:,} bytes")
        if size > LARGEST:
            raise SystemExit(f"{picture.name} has more than {LARGEST:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
