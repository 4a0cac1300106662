"""Run the command and die without a word at a named point: `python -m tests.end_to_end.kill POINT WORDS…`."""

from __future__ import annotations

import os
import signal
import sys
import threading

from orchestration import cli, gate, landing, ledger, publish, transform


def die(*_, **__):
    os.killpg(os.getpgid(0), signal.SIGKILL)


def on_call(number: int, then):
    """Die at the `number`-th call instead of going on."""
    calls = iter(range(1, 10**6))
    lock = threading.Lock()

    def counted(*words, **named):
        with lock:
            reached = next(calls) == number
        return die() if reached else then(*words, **named)

    return counted


def soon_after(seconds: float, then):
    """Go on, and die a little later, in the middle of what follows."""

    def armed(*words, **named):
        threading.Timer(seconds, die).start()
        return then(*words, **named)

    return armed


def arm(point: str) -> None:
    """Set the trap at `point`."""
    if point == "fetching":
        landing.write = on_call(12, landing.write)
    elif point == "landing":
        landing._sidecar = on_call(20, landing._sidecar)
    elif point == "loading":
        ledger.enter = on_call(6, ledger.enter)
    elif point == "building":
        transform.build_arguments = soon_after(8.0, transform.build_arguments)
    elif point == "judging":
        gate.judge = soon_after(1.0, gate.judge)
    elif point == "publishing":
        publish._flip = die
    else:
        raise SystemExit(f"no such point: {point}")


if __name__ == "__main__":
    arm(sys.argv[1])
    sys.exit(cli.main(sys.argv[2:]))
