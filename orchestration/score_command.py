"""`warehouse score …`: prove, examine, score and promote the score models, and hand on what they say."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from orchestration import publish, run
from orchestration.scoring import checklist, promotion, prover, segments
from orchestration.settings import Problem, Settings

WHAT = (
    "prove: what each model can give and each fault, status 1 for one; doctor: the six items of a model that is ready, "
    "status 1 when one is missing; tick: take in dropped events, score and publish; promote MODEL VERSION: make a "
    "challenger the champion, refused unless it is better; export FILE: rows with consent as .csv or .json"
)


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the grammar."""
    score = command("score", _score, "prove, check, score, promote or export the engagement scores")
    score.add_argument("what", choices=sorted(ACTS), help=WHAT)
    score.add_argument("words", nargs="*", metavar="WORD", help="MODEL VERSION to promote, or the FILE to export to")
    score.add_argument("--seeds", type=Path, metavar="DIR", help="folder of the seeds (default: the project's)")


def _score(settings: Settings, words: argparse.Namespace) -> int:
    return ACTS[words.what](settings, words)


def _prove(settings: Settings, words: argparse.Namespace) -> int:  # noqa: ARG001
    proofs, faults = prover.prove(words.seeds or prover.SEEDS)
    for proof in proofs:
        print(proof.line)
        faults += proof.faults
    return _end([str(fault) for fault in faults])


def _doctor(settings: Settings, words: argparse.Namespace) -> int:  # noqa: ARG001
    found = checklist.examine(date.today(), words.seeds or prover.SEEDS)
    for model, item, holds, what in found:
        print(f"{'ok  ' if holds else 'FAIL'} {model}: {item}: {what}")
    return 0 if all(holds for _, _, holds, _ in found) else 1


def _tick(settings: Settings, words: argparse.Namespace) -> int:  # noqa: ARG001
    outcome = run.run_scores(settings)
    if not outcome.problems:
        print(f"published: {publish.served(settings)}")
    return _end(outcome.problems)


def _promote(settings: Settings, words: argparse.Namespace) -> int:
    if len(words.words) != 2 or not words.words[1].isdigit():
        raise Problem("promote needs MODEL and VERSION, as in `warehouse score promote customer_health 2`.")
    print(promotion.promote(settings, words.words[0], int(words.words[1]), words.seeds or prover.SEEDS))
    return 0


def _export(settings: Settings, words: argparse.Namespace) -> int:
    if len(words.words) != 1:
        raise Problem("export needs one FILE, as in `warehouse score export segments.csv`.")
    target = Path(words.words[0])
    print(f"{segments.export(settings, target):,} rows with consent in {target}: association, no cause")
    return 0


def _end(problems: list[str]) -> int:
    for problem in problems:
        print(f"warehouse: {problem}", file=sys.stderr)
    return 1 if problems else 0


ACTS = {"prove": _prove, "doctor": _doctor, "tick": _tick, "promote": _promote, "export": _export}
