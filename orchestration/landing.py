"""The landing zone: each answer as it came, one line a page, written beside and renamed.

`landing/<source>/<stream>/<window>/<account>.<captured day>.ndjson.zst` holds lines
`{"asked": "<path?query>", "status": 200, "body": <the answer, verbatim>}`, and the sidecar of the same name in
.json says whose they are, when they were captured and their hash. The name is the identity of a capture: the
same window captured again on the same day replaces it, on another day it stands beside it; of an expiring stream each
minute's capture stands for itself, since the next one lacks what has gone meanwhile. A capture that was broken off
leaves its whole pages as .part, beside the instant it began at: the next one of that day begins with them.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import zstandard

from connectors.http import Usage
from connectors.personal import scrub
from connectors.streams import Account, Page, Stream

PAGES = ".ndjson.zst"
SIDECAR = ".json"
BESIDE = ".tmp"
PART = ".part"
BEGUN = ".begun"
PART_LASTS_S = 24 * 3600


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

    def path(self, landing: Path) -> Path:
        """Return where the pages lie."""
        day = datetime.fromisoformat(self.captured_at).date().isoformat()
        folder = landing / self.source / self.stream / self.window_date
        return folder / f"{self.account_id}.{day}{self.minute}{PAGES}"


@dataclass(frozen=True)
class Part:
    """The pages of a capture that was broken off, by what was asked, as they were landed, and when it began."""

    begun_at: datetime
    pages: dict[str, Page] = field(default_factory=dict)

    def holds(self, page: Page) -> bool:
        """Say whether a page comes from here, and so has been scrubbed before."""
        return self.pages.get(page.asked) == page


def part(landing: Path, account: Account, stream: Stream, window_date: date, at: datetime) -> Part | None:
    """Return what a capture of this window that was broken off on the day of `at` had brought."""
    target = _target(landing, account, stream, window_date, at)
    try:
        begun_at = datetime.fromisoformat(_beside(target, BEGUN).read_text(encoding="utf-8"))
        packed = _beside(target, PART).read_bytes()
        lines = zstandard.ZstdDecompressor().decompressobj().decompress(packed).split(b"\n")[:-1]
    except (OSError, ValueError, zstandard.ZstdError):
        return None
    return Part(begun_at, {page.asked: page for page in map(_page, lines)}) if lines else None


def forget_part(landing: Path, account: Account, stream: Stream, window_date: date, at: datetime) -> None:
    """Remove what a capture that was broken off had brought."""
    target = _target(landing, account, stream, window_date, at)
    _beside(target, PART).unlink(missing_ok=True)
    _beside(target, BEGUN).unlink(missing_ok=True)


def forget_parts(landing: Path, source: str) -> None:
    """Remove whatever broken-off captures of a source had brought, whole pages or not."""
    for ending in (PART, BEGUN, BESIDE):
        for left in (landing / source).glob(f"*/*/*{ending}"):
            left.unlink()


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
    scrubbed when they came. What breaks off leaves its whole pages for `part`.
    """
    target = _target(landing, account, stream, window_date, captured_at)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(target, BESIDE)
    digest, count = hashlib.sha256(), 0
    try:
        with beside.open("wb") as file:
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
                    _beside(target, BEGUN).write_text(captured_at.isoformat(), encoding="utf-8")
            _put(file, digest, compressor.flush())
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        if count > len(resumed.pages if resumed else ()):
            beside.replace(_beside(target, PART))
        beside.unlink(missing_ok=True)
        raise
    usage = used() if used else Usage(requests=count)
    # What is replaced was paid for too: the same day captured again adds to its bill.
    before = read(_sidecar(target)) if _sidecar(target).exists() else None
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
    sidecar = _sidecar(target)
    sidecar_beside = sidecar.with_name(sidecar.name + BESIDE)
    sidecar_beside.write_text(json.dumps(asdict(capture), indent=1) + "\n", encoding="utf-8")
    beside.replace(target)
    sidecar_beside.replace(sidecar)
    forget_part(landing, account, stream, window_date, captured_at)
    return capture


def _target(landing: Path, account: Account, stream: Stream, window_date: date, at: datetime) -> Path:
    folder = landing / account.source / stream.name / window_date.isoformat()
    return folder / f"{account.account_id}.{at.date().isoformat()}{_minute(stream, at)}{PAGES}"


def _minute(stream: Stream, at: datetime) -> str:
    return f"T{at:%H%M}" if stream.kind == "expiring" else ""


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(target.name + ending)


def _page(line: bytes) -> Page:
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
    return Capture(**json.loads(sidecar.read_text(encoding="utf-8")))


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
                    yield datetime.fromisoformat(capture.captured_at), _page(line.rstrip("\n").encode())


def billed(landing: Path, source: str, account_ids: Collection[str], month: str) -> tuple[Counter[str], Decimal]:
    """Return what the captures of a UTC month (YYYY-MM) were billed for, by kind, and the price in US dollars."""
    reads: Counter[str] = Counter()
    price = Decimal(0)
    # A window of a snapshot is the day of its capture.
    for sidecar in (landing / source).glob(f"*/{month}-*/*{SIDECAR}"):
        if sidecar.name.partition(".")[0] in account_ids:
            capture = read(sidecar)
            reads.update(capture.reads)
            price += Decimal(capture.price_usd)
    return reads, price


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


def mend(landing: Path) -> None:
    """Finish or undo what a killed run left half written.

    The sidecar is renamed after its pages: one that still stands beside belongs to pages already in place when
    the hashes agree, and is moved in after them; pages beside become the part that the next fetch goes on from.
    """
    for beside in sorted(landing.glob(f"*/*/*/*{SIDECAR}{BESIDE}")):
        try:
            capture = Capture(**json.loads(beside.read_text(encoding="utf-8")))
            pages = capture.path(landing).read_bytes()
        except (ValueError, TypeError, OSError):
            continue
        if hashlib.sha256(pages).hexdigest() == capture.sha256:
            beside.replace(beside.with_name(beside.name.removesuffix(BESIDE)))
    for beside in landing.glob(f"*/*/*/*{PAGES}{BESIDE}"):
        # Cut off at any byte; what is read of it are the pages that came whole.
        if _beside(beside.with_suffix(""), BEGUN).exists():
            beside.replace(beside.with_suffix(PART))
    for beside in landing.glob(f"*/*/*/*{BESIDE}"):
        beside.unlink()
    for part_file in (*landing.glob(f"*/*/*/*{PART}"), *landing.glob(f"*/*/*/*{BEGUN}")):
        if time.time() - part_file.stat().st_mtime > PART_LASTS_S:
            part_file.unlink()


def is_whole(landing: Path, capture: Capture) -> bool:
    """Say whether the pages are, byte for byte, what the sidecar vouches for."""
    try:
        return hashlib.sha256(capture.path(landing).read_bytes()).hexdigest() == capture.sha256
    except OSError:
        return False
