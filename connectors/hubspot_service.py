"""HubSpot's Service Hub: answers to surveys and support tickets, where the portal has them and the key may read them.

Scopes     crm.objects.feedback_submissions.read and tickets; without them the streams are left out, and why is told
Units      a score is what the survey's type makes of it: NPS 0 to 10; a ticket without closed_date is open
Personal   what people wrote (hs_content, subject, content) is never asked for, and dropped should it come
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.errors import names_the_token
from connectors.http import Api
from connectors.hubspot_links import contacts_of
from connectors.hubspot_search import changed
from connectors.hubspot_tables import LATEST, OBJECTS, instant, text
from connectors.streams import Account, Page, Stream, Table, Treatment, Window

FEEDBACK_PROPERTIES = [
    "hs_contact_id",
    "hs_lastmodifieddate",
    "hs_response_group",
    "hs_submission_timestamp",
    "hs_survey_id",
    "hs_survey_type",
    "hs_value",
]
TICKET_PROPERTIES = ["closed_date", "createdate", "hs_lastmodifieddate", "hs_pipeline", "hs_pipeline_stage"]
WORDS: dict[str, Treatment] = {"hs_content": "drop", "subject": "drop", "content": "drop"}


@names_the_token
def feedback(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the survey answers that changed in the window's UTC day."""
    for reply in changed(api, "feedback_submissions", "hs_lastmodifieddate", FEEDBACK_PROPERTIES, window):
        yield reply.page


@names_the_token
def tickets(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the tickets that changed in the window's UTC day, and after each page whose they are."""
    for reply in changed(api, "tickets", "hs_lastmodifieddate", TICKET_PROPERTIES, window):
        yield reply.page
        yield from contacts_of(api, "tickets", reply)


FEEDBACK = Table(
    "feedback",
    {
        "results": [
            {
                "id": "VARCHAR",
                "createdAt": "VARCHAR",
                "updatedAt": "VARCHAR",
                "properties": dict.fromkeys(FEEDBACK_PROPERTIES, "VARCHAR"),
            }
        ]
    },
    f"""
    select
        landing_file, object.id as feedback_id, {text("hs_contact_id")} as contact_id,
        {text("hs_survey_id")} as survey_id, {text("hs_survey_type")} as survey_type,
        try_cast({text("hs_value")} as decimal(18, 6)) as score, {text("hs_response_group")} as response_group,
        coalesce({instant("hs_submission_timestamp")}, try_cast(object.createdAt as timestamptz)) as submitted_at,
        coalesce({instant("hs_lastmodifieddate")}, try_cast(object.updatedAt as timestamptz)) as modified_at
    from {OBJECTS}
    {LATEST}
    """,
)
TICKET_SCHEMA = {
    "results": [
        {
            "id": "VARCHAR",
            "createdAt": "VARCHAR",
            "updatedAt": "VARCHAR",
            "properties": dict.fromkeys(TICKET_PROPERTIES, "VARCHAR"),
            "from": {"id": "VARCHAR"},
            "to": [{"toObjectId": "VARCHAR"}],
        }
    ]
}
TICKETS = Table(
    "tickets",
    TICKET_SCHEMA,
    f"""
    select
        landing_file, object.id as ticket_id, {text("hs_pipeline")} as pipeline, {text("hs_pipeline_stage")} as stage,
        coalesce({instant("createdate")}, try_cast(object.createdAt as timestamptz)) as opened_at,
        {instant("closed_date")} as closed_at,
        coalesce({instant("hs_lastmodifieddate")}, try_cast(object.updatedAt as timestamptz)) as modified_at
    from {OBJECTS}
    where object.id is not null
    {LATEST}
    """,
)
TICKET_CONTACTS = Table(
    "ticket_contacts",
    TICKET_SCHEMA,
    """
    select distinct landing_file, ticket_id, contact.toObjectId as contact_id
    from (
        select landing_file, object['from'].id as ticket_id, unnest(object['to']) as contact
        from (select landing_file, unnest(body.results) as object from page)
    )
    """,
)
STREAMS = (
    Stream("feedback", "window", feedback, (FEEDBACK,), restates_days=1, is_optional=True, personal=WORDS),
    Stream("tickets", "window", tickets, (TICKETS, TICKET_CONTACTS), restates_days=1, is_optional=True, personal=WORDS),
)
