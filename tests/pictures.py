"""The README's pictures, from a demo: `python -m tests.pictures HOME` writes docs/pictures/*.png.

HOME is a folder in which `warehouse demo` has run.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from dashboard.words import LANGUAGES
from orchestration.settings import REPOSITORY
from tests.dashboard.conftest import CHROMIUM, opened, served

FOLDER = REPOSITORY / "docs" / "pictures"


def main(home: Path) -> None:
    """Take the dashboard's overview in each language."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as driver, served(home) as address:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with opened(browser, address) as tab:
            tab.page.set_viewport_size({"width": 1280, "height": 860})
            for language in LANGUAGES:
                tab.go(lang=language)
                tab.page.screenshot(path=FOLDER / f"dashboard-{language}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
