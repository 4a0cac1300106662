"""A software bill of materials from the lock: `python -m orchestration.sbom requirements.lock sbom.json`.

CycloneDX 1.6 in JSON, from the hash-pinned lock alone: it lists what is installed, byte for byte, and needs no network.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import metadata
from pathlib import Path

PACKAGE = re.compile(r"^([A-Za-z0-9_.-]+)==([^ \\\n]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(lock: str) -> list[dict]:
    """Return each locked package as a component with its hashes and, where it is installed, its license."""
    found = []
    marks = list(PACKAGE.finditer(lock))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        name, version = mark.groups()
        block = lock[mark.end() : following.start() if following else len(lock)]
        component = {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "hashes": [{"alg": "SHA-256", "content": content} for content in HASH.findall(block)],
        }
        license_ = _license(name)
        found.append(component | ({"licenses": [{"license": {"name": license_}}]} if license_ else {}))
    return found


def _license(name: str) -> str | None:
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    named = told.get("License-Expression") or told.get("License") or ""
    return named.splitlines()[0] if named.strip() else None


def main(lock: Path, to: Path) -> None:
    """Write the bill."""
    version = metadata.version("social-metrics-warehouse")
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "social-metrics-warehouse", "version": version}},
        "components": components(lock.read_text(encoding="utf-8")),
    }
    to.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
