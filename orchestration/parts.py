"""Captures that were broken off: what they had brought, for the next one of that day to begin with.

A .part holds whole pages as they were landed; beside it .begun says when the capture began and what it was billed. Of
a part that nobody went on from for a day the bill alone is kept.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import zstandard

from connectors.streams import Account, Page, Stream
from orchestration.landing import BEGUN, BESIDE, BILL, PAGES, PART, SIDECAR, Capture, beside, page_of, target

PART_LASTS_S = 24 * 3600


@dataclass(frozen=True)
class Part:
    """The pages of a capture that was broken off, by what was asked, as they were landed, when it began, its price."""

    begun_at: datetime
    pages: dict[str, Page] = field(default_factory=dict)
    price_usd: Decimal = Decimal(0)

    def holds(self, page: Page) -> bool:
        """Say whether a page comes from here, and so has been scrubbed before."""
        return self.pages.get(page.asked) == page


def find(landing: Path, account: Account, stream: Stream, window_date: date, at: datetime) -> Part | None:
    """Return what a capture of this window that was broken off on the day of `at` had brought."""
    pages_file = target(landing, account, stream, window_date, at)
    try:
        begun = json.loads(beside(pages_file, BEGUN).read_text(encoding="utf-8"))
        packed = beside(pages_file, PART).read_bytes()
        lines = zstandard.ZstdDecompressor().decompressobj().decompress(packed).split(b"\n")[:-1]
        pages = {page.asked: page for page in map(page_of, lines)}
        begun_at, price_usd = datetime.fromisoformat(begun["begun_at"]), Decimal(begun["price_usd"])
    except (OSError, ValueError, TypeError, KeyError, zstandard.ZstdError):
        return None
    return Part(begun_at, pages, price_usd) if pages else None


def forget(landing: Path, account: Account, stream: Stream, window_date: date, at: datetime) -> None:
    """Remove what a capture that was broken off had brought."""
    pages_file = target(landing, account, stream, window_date, at)
    for left in (PART, BEGUN):
        beside(pages_file, left).unlink(missing_ok=True)


def forget_all(landing: Path, source: str) -> None:
    """Remove whatever broken-off captures of a source had brought, whole pages or not."""
    for ending in (PART, BEGUN, BESIDE):
        for left in (landing / source).glob(f"*/*/*{ending}"):
            left.unlink()


def mend(landing: Path) -> None:
    """Finish or undo what a killed run left half written.

    The sidecar is renamed after its pages: one that still stands beside belongs to pages already in place when
    the hashes agree, and is moved in after them; pages beside become the part that the next fetch goes on from.
    """
    for left in sorted(landing.glob(f"*/*/*/*{SIDECAR}{BESIDE}")):
        try:
            capture = Capture(**json.loads(left.read_text(encoding="utf-8")))
            pages = capture.path(landing).read_bytes()
        except (ValueError, TypeError, OSError):
            continue
        if hashlib.sha256(pages).hexdigest() == capture.sha256:
            left.replace(left.with_name(left.name.removesuffix(BESIDE)))
    for left in landing.glob(f"*/*/*/*{PAGES}{BESIDE}"):
        # Cut off at any byte; what is read of it are the pages that came whole.
        if beside(left.with_suffix(""), BEGUN).exists():
            left.replace(left.with_suffix(PART))
    for left in landing.glob(f"*/*/*/*{BESIDE}"):
        left.unlink()
    for begun in landing.glob(f"*/*/*/*{BEGUN}"):
        if time.time() - begun.stat().st_mtime > PART_LASTS_S:
            begun.with_suffix(PART).unlink(missing_ok=True)
            begun.replace(begun.with_suffix(BILL))
