"""Recorded answers of public projects, by shape: each file of recordings/ says what is answered and what comes of it.

Every value in them is invented; `stands_for` names the kind of material whose keys, order and gaps a recording has.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.connectors.replayed import replayed
from tests.connectors.scripted import Answer, Asked

FILES = sorted((Path(__file__).parent / "recordings").glob("*.yml"))
RECORDINGS = [
    pytest.param(path.stem, one, id=f"{path.stem}: {one['stands_for']}")
    for path in FILES
    for one in yaml.safe_load(path.read_text(encoding="utf-8"))
]
NOTHING = {"instagram": {"data": []}, "x": {"meta": {"result_count": 0}}, "hubspot": {"results": []}}


def player(source: str, recorded: list[dict]):
    """Answer each question with the next recording whose `asked` it contains, the last one for ever."""
    left = [dict(one) for one in recorded]

    def answer(asked: Asked) -> Answer:
        question = f"{asked.path} {asked.body.decode()}"
        fitting = [one for one in left if one["asked"] in question]
        if not fitting:
            return Answer(NOTHING.get(source, {}))
        if len([one for one in left if one["asked"] == fitting[0]["asked"]]) > 1:
            left.remove(fitting[0])
        chosen = fitting[0]
        return Answer(chosen.get("body", b""), chosen.get("status", 200), chosen.get("headers", {}))

    return answer


@pytest.mark.parametrize(("source", "recording"), RECORDINGS)
def test_a_recorded_answer_becomes_rows_or_a_sentence(source, recording, scripted, tmp_path):
    play = player(source, recording["answers"])
    with replayed(scripted, tmp_path, source, recording["stream"], play) as found:
        assert len(found.failures) == len(recording.get("failures", []))
        for failure, words in zip(found.failures, recording.get("failures", []), strict=True):
            assert words in failure
        assert [one.sentence for one in found.drifts] == []
        for table, expected in recording.get("rows", {}).items():
            rows = found.rows(table)
            assert len(rows) == len(expected)
            for wanted in expected:
                assert [row for row in rows if wanted.items() <= row.items()], (wanted, rows)


def test_every_source_has_recordings():
    assert [path.stem for path in FILES] == ["ga4", "hubspot", "instagram", "x", "youtube"]
    assert len(RECORDINGS) >= 12
