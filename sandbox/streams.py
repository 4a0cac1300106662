"""Random streams by name, and hours as integers: the two things that make a world repeat byte for byte."""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime, time

import numpy as np

HOUR = 3600


def stream(seed: int, *key: str | int) -> np.random.Generator:
    """Return the generator of one named thing; no other thing's draws move it."""
    words = [part & 0xFFFFFFFF if isinstance(part, int) else zlib.crc32(part.encode()) for part in key]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=words)))


def midnight(day: date) -> datetime:
    """Return the UTC midnight that begins `day`."""
    return datetime.combine(day, time(), UTC)


def epoch_hour(instant: datetime) -> int:
    """Return the last whole hour not after `instant`, in hours since 1970."""
    return int(instant.timestamp()) // HOUR


def day_hour(day: date) -> int:
    """Return the epoch hour at which the UTC day begins."""
    return epoch_hour(midnight(day))


def instant(seconds: float) -> datetime:
    """Return the instant of an epoch second."""
    return datetime.fromtimestamp(int(seconds), UTC)


def iso(moment: datetime) -> str:
    """Return `2026-08-31T09:00:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
