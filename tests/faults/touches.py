"""Die at the n-th touch of a home: `python -m tests.faults.touches N ACTION HOME` (N 0: never).

A touch is any opening, renaming, removing, linking or changing of a file below the home that Python's audit events tell
of, so every step of an action is a kill point without the action knowing. Status 3 when the action ended before it.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from orchestration import gate, publish, status
from orchestration.settings import Settings
from tests.faults import small_publication

TOUCHES = {"open", "os.rename", "os.remove", "os.chmod", "os.symlink", "os.mkdir", "os.rmdir", "os.truncate"}
ACTIONS = {
    "publish": lambda settings: publish.publish(settings, "second"),
    "rollback": publish.rollback,
    "note": lambda settings: status.note(settings, "second", ["x account 1: down"]),
}


def die_at(number: int, home: Path) -> Callable[[], int]:
    """Let this process die at its `number`-th touch of a home; return what tells how many there have been."""
    touches = itertools.count(1)
    touched = 0

    def count(event: str, details: tuple) -> None:
        nonlocal touched
        if event in TOUCHES and any(
            isinstance(one, str | os.PathLike) and str(one).startswith(str(home)) for one in details
        ):
            touched = next(touches)
            if touched == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    return lambda: touched


def main(number: int, action: str, home: Path) -> int:
    gate.suites = small_publication.only_suite
    settings = Settings.load(home, {"WAREHOUSE_KEEP_VERSIONS": "2"})
    die_at(number, home)
    ACTIONS[action](settings)
    return 3


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
