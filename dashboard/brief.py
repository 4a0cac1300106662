"""The weekly brief: one static page a brand and language, two printed pages, to be mailed or pinned to a wall.

Identical figures give identical bytes, but for the one time stamp at its foot. No script, nothing from elsewhere.
"""

from __future__ import annotations

import re
from pathlib import Path

from dashboard import brief_page, served
from dashboard.reader import Reader
from dashboard.served import Row, Served
from dashboard.words import LANGUAGES, Words

FOLDER = "brief"


def write(link: Path) -> list[Path]:
    """Write the brief of the last whole week of every brand in every language, and no other; return the files."""
    folder = link.parent / FOLDER
    written = []
    with served.opened(link) as version:
        folder.mkdir(exist_ok=True)
        for brand in version.ask("brands"):
            for language in LANGUAGES:
                reader = _last_week(version, Words(language), brand)
                if reader is None:
                    continue
                file = folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', brand['brand_id'])}.{language}.html"
                beside = file.with_name(f".{file.name}.part")
                beside.write_text(brief_page.page(reader, brand["brand_name"] or brand["brand_id"]), encoding="utf-8")
                written.append(beside.replace(file))
        for gone in set(folder.glob("*.html")) - set(written):
            gone.unlink()
    return written


def _last_week(version: Served, words: Words, brand: Row) -> Reader | None:
    weeks = version.ask("periods", brand=brand["brand_id"], period_type="week")
    week = next((row for row in weeks if not row["is_partial"]), weeks[0] if weeks else None)
    if week is None:
        return None
    return Reader(
        version, words, brand["brand_id"], brand["currency"], "week", week["period_start"], week["period_end"],
        week["is_partial"],
    )  # fmt: skip
