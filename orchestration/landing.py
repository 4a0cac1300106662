"""The landing zone: each answer as it came, one line a page, written beside and renamed.

`landing/<source>/<stream>/<window>/<account>.<captured day>.ndjson.zst` holds lines
`{"asked": "<path?query>", "status": 200, "body": <the answer, verbatim>}`, and the sidecar of the same name in
.json says whose they are, when they were captured and their hash. The name is the identity of a capture: the
same window captured again on the same day replaces it, on another day it stands beside it; of an expiring stream each
minute's capture stands for itself, since the next one lacks what has gone meanwhile. A capture that was broken off
leaves its whole pages as .part, beside the instant it began at: the next one of that day begins with them (`parts`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import zstandard

from connectors.personal import scrub
from connectors.streams import Account, Page, Stream
from connectors.usage import Usage
from orchestration.settings import Problem

if TYPE_CHECKING:
    from orchestration.parts import Part

PAGES = ".ndjson.zst"
SIDECAR = ".json"
BESIDE = ".tmp"
PART = ".part"
BEGUN = ".begun"
BILL = ".bill"


@dataclass(frozen=True)
class Capture:
    """The sidecar of one page file."""

    source: str
    stream: str
    account_id: str
    window_date: str
    captured_at: str
    page_count: int
    request_count: int
    sha256: str
    reads: dict[str, int] = field(default_factory=dict)  # what the source bills, by kind
    price_usd: str = "0"  # at the list price
    minute: str = ""  # of the capture, where each stands for itself

    @property
    def file(self) -> str:
        """Return where the pages lie below landing/: how raw rows and the ledger name them."""
        day = datetime.fromisoformat(self.captured_at).date()
        return _file(self.source, self.stream, self.window_date, self.account_id, day, self.minute)

    def path(self, landing: Path) -> Path:
        """Return where the pages lie."""
        return landing / self.file


def write(
    landing: Path,
    account: Account,
    stream: Stream,
    window_date: date,
    captured_at: datetime,
    pages: Iterable[Page],
    person_key: bytes,
    used: Callable[[], Usage] | None = None,
    resumed: Part | None = None,
) -> Capture:
    """Land `pages` as one file with its sidecar; personal fields are replaced before a byte is written.

    `used` is asked once all pages have come, since tries that failed are requests too. Pages of `resumed` were
    scrubbed when they came. What breaks off leaves its whole pages for `parts.find`.
    """
    pages_file = target(landing, account, stream, window_date, captured_at)
    pages_file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = beside(pages_file, BESIDE)
    digest, count = hashlib.sha256(), 0
    try:
        with unfinished.open("wb") as file:
            compressor = zstandard.ZstdCompressor(level=1).compressobj()
            for page in pages:
                is_scrubbed = not stream.personal or (resumed is not None and resumed.holds(page))
                body = page.body if is_scrubbed else scrub(page.body, stream.personal, person_key)
                _put(file, digest, compressor.compress(_line(page, body)))
                _put(file, digest, compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
                file.flush()
                count += 1
                if count == 1:
                    # From here on a killed fetch has something to go on from.
                    _begin(pages_file, captured_at, Usage())
            _put(file, digest, compressor.flush())
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        if count > len(resumed.pages if resumed else ()):
            unfinished.replace(beside(pages_file, PART))
            # Should nobody go on from it, it was billed all the same.
            _begin(pages_file, captured_at, used() if used else Usage())
        unfinished.unlink(missing_ok=True)
        raise
    usage = used() if used else Usage(requests=count)
    # What is replaced was paid for too: the same day captured again adds to its bill.
    before = read(_sidecar(pages_file)) if _sidecar(pages_file).exists() else None
    capture = Capture(
        source=account.source,
        stream=stream.name,
        account_id=account.account_id,
        window_date=window_date.isoformat(),
        captured_at=captured_at.isoformat(),
        page_count=count,
        request_count=usage.requests,
        sha256=digest.hexdigest(),
        reads=dict(usage.reads + Counter(before.reads if before else {})),
        price_usd=str(usage.price_usd + Decimal(before.price_usd if before else 0)),
        minute=_minute(stream, captured_at),
    )
    sidecar = _sidecar(pages_file)
    sidecar_beside = sidecar.with_name(sidecar.name + BESIDE)
    sidecar_beside.write_text(json.dumps(asdict(capture), indent=1) + "\n", encoding="utf-8")
    unfinished.replace(pages_file)
    sidecar_beside.replace(sidecar)
    for left in (PART, BEGUN):
        beside(pages_file, left).unlink(missing_ok=True)
    return capture


def _begin(pages_file: Path, captured_at: datetime, usage: Usage) -> None:
    told = {"begun_at": captured_at.isoformat(), "reads": usage.reads, "price_usd": str(usage.price_usd)}
    beside(pages_file, BEGUN).write_text(json.dumps(told), encoding="utf-8")


def target(landing: Path, account: Account, stream: Stream, window_date: date, at: datetime) -> Path:
    """Return where the pages of a capture that begins at `at` will lie."""
    minute = _minute(stream, at)
    return landing / _file(account.source, stream.name, str(window_date), account.account_id, at.date(), minute)


def file_of(sidecar: Path) -> str:
    """Return the name below landing/ of the pages that a sidecar vouches for."""
    return "/".join((*sidecar.parts[-4:-1], sidecar.name.removesuffix(SIDECAR) + PAGES))


def _file(source: str, stream: str, window_date: str, account_id: str, day: date, minute: str) -> str:
    return f"{source}/{stream}/{window_date}/{account_id}.{day}{minute}{PAGES}"


def _minute(stream: Stream, at: datetime) -> str:
    return f"T{at:%H%M}" if stream.kind == "expiring" else ""


def beside(pages: Path, ending: str) -> Path:
    """Return the name of what stands beside a page file while it is made, or until it is gone on with."""
    return pages.with_name(pages.name + ending)


def page_of(line: bytes) -> Page:
    """Return the page of a line of a page file."""
    # The layout is that of _line, so the body is cut out as it was landed.
    head, _, body = line.partition(b',"body":')
    told = json.loads(head + b"}")
    return Page(told["asked"], told["status"], body[:-1])


def _line(page: Page, body: bytes) -> bytes:
    # A raw line break can't stand inside a JSON string, so it is only ever layout.
    flat = body.replace(b"\r", b" ").replace(b"\n", b" ")
    return b'{"asked":%s,"status":%d,"body":%s}\n' % (json.dumps(page.asked).encode(), page.status, flat)


def _put(file, digest, block: bytes) -> None:
    digest.update(block)
    file.write(block)


def _sidecar(pages: Path) -> Path:
    return pages.with_name(pages.name.removesuffix(PAGES) + SIDECAR)


def sidecars(landing: Path, source: str, stream: str) -> list[Path]:
    """Return the sidecars of a stream, oldest window first."""
    return sorted((landing / source / stream).glob(f"*/*{SIDECAR}"))


def read(sidecar: Path) -> Capture:
    """Return what a sidecar says."""
    try:
        return Capture(**json.loads(sidecar.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise Problem(
            f"{sidecar} is damaged: restore it from a backup, or remove it and its pages; `warehouse run --date"
            f" {sidecar.parent.name}` then fetches the window again, unless it is a snapshot."
        ) from None


def earlier_pages(landing: Path, account: Account, stream: Stream, since: date) -> Iterator[tuple[datetime, Page]]:
    """Yield what was landed of a stream in the windows from `since` on, oldest first, each page with its capture."""
    folder = landing / account.source / stream.name
    windows = sorted(folder.iterdir()) if folder.is_dir() else []
    for window in windows:
        if window.name < since.isoformat():
            continue
        for sidecar in sorted(window.glob(f"{account.account_id}.*{SIDECAR}")):
            capture = read(sidecar)
            with zstandard.open(capture.path(landing), "rt", encoding="utf-8", newline="\n") as lines:
                for line in lines:
                    yield datetime.fromisoformat(capture.captured_at), page_of(line.rstrip("\n").encode())


def has_earlier(landing: Path, source: str, stream: str, account_id: str, day: date) -> bool:
    """Say whether anything of this account and stream was captured for a window before `day`."""
    folder = landing / source / stream
    return folder.is_dir() and any(
        any(window.glob(f"{account_id}.*{SIDECAR}"))
        for window in sorted(folder.iterdir())
        if window.name < day.isoformat()
    )


def has_window(landing: Path, account: Account, stream: Stream, day: date) -> bool:
    """Say whether the window of `day` was ever captured."""
    folder = landing / account.source / stream.name / day.isoformat()
    return any(folder.glob(f"{account.account_id}.*{SIDECAR}"))


def is_whole(landing: Path, capture: Capture) -> bool:
    """Say whether the pages are, byte for byte, what the sidecar vouches for."""
    try:
        return hashlib.sha256(capture.path(landing).read_bytes()).hexdigest() == capture.sha256
    except OSError:
        return False
