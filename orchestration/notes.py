"""The small files in which the warehouse keeps what it knows: written whole or not at all, read with care."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def read(path: Path) -> dict[str, Any] | None:
    """Return what a JSON note says, None where there is none or it is damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def write(path: Path, text: str) -> None:
    """Put `text` in the place of what is there, for owner and group only."""
    beside = path.with_name(f".{path.name.lstrip('.')}.tmp")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.chmod(0o640)
    beside.replace(path)
