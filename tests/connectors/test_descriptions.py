"""A server made from each published description: whatever it may answer is landed, loaded and no drift."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.connectors.described import answers
from tests.connectors.replayed import replayed
from tests.connectors.scripted import Answer

DESCRIPTIONS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "descriptions").glob("*.yml"))
}
OBJECTS = {  # table that has a row for each object, and where its id stands
    "x posts": ("posts", "data", "post_id"),
    "x mentions": ("mentions", "data", "post_id"),
    "hubspot contacts": ("contacts", "results", "contact_id"),
    "hubspot deals": ("deals", "results", "deal_id"),
    "hubspot tickets": ("tickets", "results", "ticket_id"),
    "hubspot feedback": ("feedback", "results", "feedback_id"),
    "instagram media": ("media", "data", "media_id"),
    "instagram stories": ("stories", "data", "media_id"),
    "instagram tagged_media": ("tagged_media", "data", "media_id"),
    "youtube videos": ("videos", "items", "video_id"),
    "youtube channel": ("channels", "items", "channel_id"),
}
UPLOADS = {"id": "UC17841", "contentDetails": {"relatedPlaylists": {"uploads": "UU17841"}, "videoId": "v1"}}
EMPTY = {"instagram": {"data": []}, "hubspot": {"results": []}, "youtube": {"items": [UPLOADS]}}
CASES = [
    pytest.param(
        name.partition("_")[0],
        stream,
        told["asked"],
        answers({"$ref": told["schema"]}, of["schemas"]),
        id=f"{name} {stream}",
    )
    for name, of in DESCRIPTIONS.items()
    for stream, told in of["answers"].items()
]


@pytest.mark.parametrize(("source", "stream", "path", "possible"), CASES)
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_a_description_allows_is_landed_and_loaded_and_no_drift(
    source, stream, path, possible, scripted, data
):
    told = data.draw(possible)
    asked_before = []

    def answer(asked):
        if path not in asked.path:
            return Answer(EMPTY.get(source, {}))
        # One page more and then the last: what a description gives for a cursor may come again for ever.
        asked_before.append(asked)
        return Answer(told if len(asked_before) == 1 else without_a_cursor(told))

    with tempfile.TemporaryDirectory() as home, replayed(scripted, Path(home), source, stream, answer) as found:
        assert found.failures == []
        assert len(found.bodies) >= min(1, len(asked_before))
        assert [one.sentence for one in found.drifts if one.blocks] == []
        if table_of := OBJECTS.get(f"{source} {stream}"):
            table, key, column = table_of
            ids = {one["id"] for one in told.get(key) or ()} if asked_before else set()
            assert {row[column] for row in found.rows(table)} == ids


def without_a_cursor(told: dict) -> dict:
    return {name: part for name, part in told.items() if name not in ("meta", "paging", "nextPageToken")}
