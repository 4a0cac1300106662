"""HubSpot's search against a portal that is scripted to the point: caps, cursors, clusters of one instant."""

import json
from datetime import UTC, date, datetime

import pytest

from connectors import SOURCES
from connectors.errors import UnreadableAnswer
from connectors.personal import person_key
from connectors.streams import Account, Page, Window
from tests.connectors.conftest import KEY, rows, stream_of
from tests.connectors.scripted import Answer

ACCOUNT = Account("aozora", "hubspot", "24000101", None, "Asia/Tokyo", "JPY", "HUBSPOT_TOKEN_AOZORA")
DAY = 1788134400000  # 2026-08-31T00:00:00Z
WINDOW = Window(date(2026, 8, 31))


class Portal:
    """Objects of (id, changed ms); searches as HubSpot does, with at most `cap` shown of one query."""

    def __init__(self, objects: list[tuple[int, int]]) -> None:
        self.objects, self.questions, self.links, self.histories = objects, [], [], []

    def __call__(self, asked) -> Answer:
        question = json.loads(asked.body)
        if asked.path.endswith("/associations/2026-09/deals/contacts/batch/read"):
            self.links.append(question)
            return Answer({"results": [link(one["id"], one.get("after")) for one in question["inputs"]]})
        if asked.path.endswith("/batch/read"):
            self.histories.append(question)
            return Answer({"status": "COMPLETE", "results": [history(one["id"]) for one in question["inputs"]]})
        self.questions.append(question)
        start = int(question.get("after", 0))
        if start + question["limit"] > 10_000:
            return Answer({"status": "error", "message": "beyond 10,000", "category": "VALIDATION_ERROR"}, 400)
        found = self._found(question)
        page = [
            {"id": str(one), "properties": {"lastmodifieddate": instant(ms), "hs_lastmodifieddate": instant(ms)}}
            for one, ms in found[start : start + question["limit"]]
        ]
        more = {"paging": {"next": {"after": str(start + len(page))}}} if start + len(page) < len(found) else {}
        return Answer({"total": len(found), "results": page, **more})

    def _found(self, question):
        found = self.objects
        for one in question["filterGroups"][0]["filters"]:
            value = int(one["value"])
            match one["operator"]:
                case "BETWEEN":
                    found = [(key, ms) for key, ms in found if value <= ms <= int(one["highValue"])]
                case "EQ":
                    found = [(key, ms) for key, ms in found if ms == value]
                case "GT":
                    found = [(key, ms) for key, ms in found if key > value]
        by_id = question["sorts"][0]["propertyName"] == "hs_object_id"
        return sorted(found, key=lambda pair: (pair[0],) if by_id else (pair[1], pair[0]))


def instant(ms):
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def history(deal):
    stages = [{"value": "closedwon", "timestamp": instant(DAY + 5)}, {"value": "17", "timestamp": str(DAY)}]
    return {"id": deal, "properties": {}, "propertiesWithHistory": {"dealstage": stages}}


def link(deal, after):
    if deal == "1" and after is None:
        return {"from": {"id": deal}, "to": [{"toObjectId": 11}], "paging": {"next": {"after": 5}}}
    return {"from": {"id": deal}, "to": [{"toObjectId": "12"}]}


def read(scripted, answers, stream="contacts", window=WINDOW):
    scripted.answers = answers
    api = SOURCES["hubspot"].open(scripted.url, "a-token-for-tests")
    api.sleep = lambda seconds: None
    try:
        return list(stream_of("hubspot", stream).pages(api, ACCOUNT, window))
    finally:
        api.close()


def ids(pages):
    return {row["contact_id"] for row in rows(stream_of("hubspot", "contacts"), "contacts", pages)}


def test_a_day_is_asked_in_milliseconds_and_its_end_left_out(scripted):
    portal = Portal([(1, DAY - 1), (2, DAY), (3, DAY + 86_399_999), (4, DAY + 86_400_000)])
    assert ids(read(scripted, portal)) == {"2", "3"}
    assert [question["filterGroups"] for question in portal.questions] == [
        [
            {
                "filters": [
                    {
                        "propertyName": "lastmodifieddate",
                        "operator": "BETWEEN",
                        "value": str(DAY),
                        "highValue": str(DAY + 86_399_999),
                    }
                ]
            }
        ]
    ]


class Moving(Portal):
    """A portal in which an object of the first page changes after each of the first `moves` searches."""

    moves = 1

    def __call__(self, asked) -> Answer:
        answer = super().__call__(asked)
        if len(self.questions) <= self.moves:
            self.objects = self.objects[1:]
        return answer


@pytest.mark.parametrize("moves", [1, 2, 3])
def test_row_19_what_moved_up_to_a_page_that_was_read_before_is_read_all_the_same(scripted, moves):
    """Row 19 of the fault matrix: an object that changes leaves the window, and all behind it move up by one."""
    portal = Moving([(number, DAY + number) for number in range(900)])
    portal.moves = moves
    assert ids(read(scripted, portal)) == {str(number) for number in range(900)}
    assert len(portal.questions) <= 5 + moves


def test_row_19_a_portal_that_never_stands_still_is_an_error_and_no_loop(scripted):
    """Row 19 of the fault matrix."""
    portal = Moving([(number, DAY) for number in range(9000)])
    portal.moves = 9000
    with pytest.raises(UnreadableAnswer, match="change faster than they can be read"):
        read(scripted, portal)


def test_the_first_window_reaches_back_to_the_second_after_the_epoch(scripted):
    portal = Portal([(1, 5000), (2, DAY)])
    assert ids(read(scripted, portal, window=Window(WINDOW.day, is_first=True))) == {"1", "2"}
    assert portal.questions[0]["filterGroups"][0]["filters"][0]["value"] == "1000"


def test_names_and_phones_are_never_asked_for(scripted):
    portal = Portal([(1, DAY)])
    read(scripted, portal)
    read(scripted, portal, "deals")
    asked = {name for question in portal.questions for name in question["properties"]}
    assert not asked & {"firstname", "lastname", "phone", "mobilephone", "address", "dealname"}


def test_more_than_a_search_shows_is_read_in_pieces(scripted):
    portal = Portal([(key, DAY + key // 3) for key in range(1, 12_001)])
    pages = read(scripted, portal)
    assert ids(pages) == {str(key) for key in range(1, 12_001)}
    assert len(pages) <= 62


def test_an_instant_with_more_objects_than_a_search_shows_is_drained_by_id(scripted):
    crowd = [(key, DAY + 500) for key in range(100, 10_700)]
    portal = Portal([(1, DAY), *crowd, (99_999, DAY + 501)])
    assert ids(read(scripted, portal)) == {"1", "99999"} | {str(key) for key, _ in crowd}


def test_an_instant_that_can_not_be_drained_is_an_error_and_not_a_loop(scripted):
    class Forgetful(Portal):
        def _found(self, question):
            beyond = len(question["filterGroups"][0]["filters"]) > 1
            return [pair for pair in super()._found(question) if not (beyond and pair[0] == 10_200)]

    with pytest.raises(UnreadableAnswer, match="HubSpot counts 10400 objects changed in one instant and shows 10399"):
        read(scripted, Forgetful([(key, DAY) for key in range(10_400)]))


def test_an_empty_page_with_a_cursor_is_not_the_end(scripted):
    def answer(asked):
        after = json.loads(asked.body).get("after")
        if after is None:
            return Answer({"total": 1, "results": [], "paging": {"next": {"after": 200}}})
        return Answer({"total": 1, "results": [{"id": "7", "properties": {"lastmodifieddate": str(DAY)}}]})

    pages = read(scripted, answer)
    assert len(pages) == 2
    assert rows(stream_of("hubspot", "contacts"), "contacts", pages)[0]["modified_at"] == datetime(
        2026, 8, 31, tzinfo=UTC
    )


def test_a_cursor_that_comes_back_ends_the_stream(scripted):
    """Row 20 of the fault matrix."""
    page = {"total": 9, "results": [], "paging": {"next": {"after": "200"}}}
    with pytest.raises(UnreadableAnswer, match="the same page twice"):
        read(scripted, lambda asked: Answer(page))


def test_whose_a_deal_is_is_asked_once_a_page_and_on_where_it_has_many(scripted):
    portal = Portal([(key, DAY + key) for key in range(1, 251)])
    pages = read(scripted, portal, "deals")
    assert [len(question["inputs"]) for question in portal.links] == [200, 1, 50]
    assert portal.links[1] == {"inputs": [{"id": "1", "after": "5"}]}
    stream = stream_of("hubspot", "deals")
    links = {(row["deal_id"], row["contact_id"]) for row in rows(stream, "deal_contacts", pages)}
    assert links == {("1", "11"), *((str(key), "12") for key in range(1, 251))}
    assert len(rows(stream, "deals", pages)) == 250
    assert [len(question["inputs"]) for question in portal.histories] == [50, 50, 50, 50, 50]
    stages = {(row["stage"], row["entered_at"]) for row in rows(stream, "deal_stages", pages) if row["deal_id"] == "7"}
    assert stages == {
        ("closedwon", datetime(2026, 8, 31, 0, 0, 0, 5000, tzinfo=UTC)),
        ("17", datetime(2026, 8, 31, tzinfo=UTC)),
    }


def test_five_thousand_changed_contacts_take_at_most_thirty_calls(scripted):
    pages = read(scripted, Portal([(key, DAY + key) for key in range(1, 5_001)]))
    assert len(ids(pages)) == 5_000
    assert len(scripted.asked) <= 30


def test_the_winner_of_a_merge_names_whom_it_took_over():
    results = [
        {"id": "9", "properties": {"hs_merged_object_ids": "7;8"}},
        {"id": "10", "properties": {"hs_merged_object_ids": None}},
        {"id": "11"},
    ]
    page = Page("/x", 200, json.dumps({"results": results}).encode())
    found = rows(stream_of("hubspot", "contacts"), "merged_contacts", [page])
    assert {(row["merged_id"], row["winner_id"]) for row in found} == {("7", "9"), ("8", "9")}


def test_the_census_tells_the_living_from_the_archived(scripted):
    def answer(asked):
        if "archived=false" in asked.path and "after=" not in asked.path:
            return Answer({"results": [{"id": "1"}], "paging": {"next": {"after": "b2ZmOjE=", "link": "http://e.x/"}}})
        if "archived=false" in asked.path:
            return Answer({"results": [{"id": "2"}]})
        moment = "2026-08-30T10:00:00.000Z"
        return Answer({"results": [{"id": "5", "archived": True, "archivedAt": moment}]})

    pages = read(scripted, answer, "census")
    stream = stream_of("hubspot", "census")
    assert sorted(row["contact_id"] for row in rows(stream, "live_contacts", pages)) == ["1", "2"]
    archived = {
        (row["object_type"], row["object_id"], row["archived_at"]) for row in rows(stream, "archived_objects", pages)
    }
    gone_at = datetime(2026, 8, 30, 10, tzinfo=UTC)
    assert archived == {("contacts", "5", gone_at), ("deals", "5", gone_at)}


def test_a_stage_means_what_the_pipeline_says_and_not_what_it_is_called():
    stages = [{"id": "883", "label": "Verloren?", "metadata": {"isClosed": "true", "probability": "1.0"}}]
    page = Page("/x", 200, json.dumps({"results": [{"id": "default", "stages": stages}]}).encode())
    (row,) = rows(stream_of("hubspot", "pipelines"), "pipeline_stages", [page])
    assert (row["pipeline"], row["stage"], row["is_closed"], float(row["probability"])) == ("default", "883", True, 1.0)


def test_a_contact_becomes_a_row_without_its_address():
    properties = {
        "email": "Mio@Example.com",
        "createdate": "2026-08-30T10:00:00.123Z",
        "lastmodifieddate": "1788134400000",
        "lifecyclestage": "lead",
        "hs_analytics_source": "SOCIAL_MEDIA",
        "hs_analytics_source_data_1": "instagram",
        "hs_analytics_source_data_2": "",
        "hs_analytics_first_url": "https://aozora.example/?utm_content=17&fbclid=abc&email=mio@example.com",
        "hs_analytics_last_url": None,
        "hs_lifecyclestage_lead_date": "2026-08-30T10:00:00Z",
        "firstname": "Mio",
    }
    page = Page("/x", 200, json.dumps({"results": [{"id": "501", "properties": properties}]}).encode())
    assert rows(stream_of("hubspot", "contacts"), "contacts", [page]) == [
        {
            "contact_id": "501",
            "person_key": person_key("mio@example.com", KEY),
            "created_at": datetime(2026, 8, 30, 10, 0, 0, 123000, tzinfo=UTC),
            "modified_at": datetime(2026, 8, 31, tzinfo=UTC),
            "lifecycle_stage": "lead",
            "source": "SOCIAL_MEDIA",
            "source_data_1": "instagram",
            "source_data_2": None,
            "first_url": "https://aozora.example/?utm_content=17",
            "last_url": None,
            "first_visit_at": None,
            "lead_at": datetime(2026, 8, 30, 10, tzinfo=UTC),
            "qualified_at": None,
            "customer_at": None,
        }
    ]
