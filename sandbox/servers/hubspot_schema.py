"""The object types that the rehearsed portals know: names, properties, those given unasked, stages of deals."""

from dataclasses import dataclass

# property -> (label, type); a portal knows these, the same in every portal of the world
CONTACT = {
    "createdate": ("Create date", "datetime"),
    "email": ("Email", "string"),
    "firstname": ("First name", "string"),
    "lastname": ("Last name", "string"),
    "phone": ("Phone number", "string"),
    "hs_object_id": ("Record ID", "number"),
    "lastmodifieddate": ("Last modified date", "datetime"),
    "hs_lastmodifieddate": ("Object last modified date", "datetime"),
    "lifecyclestage": ("Lifecycle stage", "enumeration"),
    "hs_lifecyclestage_lead_date": ("Became a lead date", "datetime"),
    "hs_lifecyclestage_marketingqualifiedlead_date": ("Became a marketing qualified lead date", "datetime"),
    "hs_lifecyclestage_salesqualifiedlead_date": ("Became a sales qualified lead date", "datetime"),
    "hs_lifecyclestage_opportunity_date": ("Became an opportunity date", "datetime"),
    "hs_lifecyclestage_customer_date": ("Became a customer date", "datetime"),
    "hs_analytics_source": ("Original traffic source", "enumeration"),
    "hs_analytics_source_data_1": ("Original traffic source drill-down 1", "string"),
    "hs_analytics_source_data_2": ("Original traffic source drill-down 2", "string"),
    "hs_analytics_first_url": ("First page seen", "string"),
    "hs_analytics_last_url": ("Last page seen", "string"),
    "hs_analytics_first_timestamp": ("Time first seen", "datetime"),
    "hs_analytics_first_visit_timestamp": ("Time of first session", "datetime"),
    "hs_analytics_num_visits": ("Number of sessions", "number"),
    "hs_merged_object_ids": ("Merged record IDs", "string"),
}
DEAL = {
    "amount": ("Amount", "number"),
    "amount_in_home_currency": ("Amount in company currency", "number"),
    "closedate": ("Close date", "datetime"),
    "createdate": ("Create date", "datetime"),
    "deal_currency_code": ("Currency", "enumeration"),
    "dealname": ("Deal name", "string"),
    "dealstage": ("Deal stage", "enumeration"),
    "hs_is_closed": ("Is deal closed?", "bool"),
    "hs_is_closed_won": ("Is closed won", "bool"),
    "hs_lastmodifieddate": ("Last modified date", "datetime"),
    "hs_merged_object_ids": ("Merged record IDs", "string"),
    "hs_object_id": ("Record ID", "number"),
    "pipeline": ("Pipeline", "enumeration"),
}
TICKET = {
    "closed_date": ("Close date", "datetime"),
    "content": ("Ticket description", "string"),
    "createdate": ("Create date", "datetime"),
    "hs_lastmodifieddate": ("Last modified date", "datetime"),
    "hs_object_id": ("Record ID", "number"),
    "hs_pipeline": ("Pipeline", "enumeration"),
    "hs_pipeline_stage": ("Ticket status", "enumeration"),
    "subject": ("Ticket name", "string"),
}
FEEDBACK = {
    "hs_contact_id": ("Contact ID", "number"),
    "hs_content": ("Response", "string"),
    "hs_createdate": ("Create date", "datetime"),
    "hs_lastmodifieddate": ("Last modified date", "datetime"),
    "hs_object_id": ("Record ID", "number"),
    "hs_response_group": ("Response group", "enumeration"),
    "hs_submission_timestamp": ("Submission date", "datetime"),
    "hs_survey_channel": ("Survey channel", "enumeration"),
    "hs_survey_id": ("Survey ID", "string"),
    "hs_survey_name": ("Survey name", "string"),
    "hs_survey_type": ("Survey type", "enumeration"),
    "hs_value": ("Rating", "number"),
}


@dataclass(frozen=True)
class Kind:
    """One object type: its names, its properties, those given unasked, and its watermark property."""

    names: tuple[str, ...]
    properties: dict[str, tuple[str, str]]
    default: tuple[str, ...]
    watermark: str


KINDS = {
    "contacts": Kind(
        ("contacts", "contact", "0-1"),
        CONTACT,
        ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
        "lastmodifieddate",
    ),
    "deals": Kind(
        ("deals", "deal", "0-3"),
        DEAL,
        (
            "amount",
            "closedate",
            "createdate",
            "dealname",
            "dealstage",
            "hs_lastmodifieddate",
            "hs_object_id",
            "pipeline",
        ),
        "hs_lastmodifieddate",
    ),
    "tickets": Kind(
        ("tickets", "ticket", "0-5"),
        TICKET,
        ("content", "createdate", "hs_lastmodifieddate", "hs_object_id", "hs_pipeline", "hs_pipeline_stage", "subject"),
        "hs_lastmodifieddate",
    ),
    "feedback_submissions": Kind(
        ("feedback_submissions", "feedback_submission", "0-19"),
        FEEDBACK,
        ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        "hs_lastmodifieddate",
    ),
}
OF_SERVICE_HUB = ("tickets", "feedback_submissions")
# Types of other products, which these keys have no scope for.
WITHOUT_SCOPE = {
    "companies",
    "0-2",
    "products",
    "line_items",
}
DEAL_STAGES = (
    ("appointmentscheduled", "Appointment scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified to buy", "0.4"),
    ("presentationscheduled", "Presentation scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision maker bought-in", "0.8"),
    ("contractsent", "Contract sent", "0.9"),
    ("closedwon", "Closed won", "1.0"),
    ("closedlost", "Closed lost", "0.0"),
)


def kind_name(text: str) -> str | None:
    """Return the plural name of a type for any of its names."""
    return next((name for name, kind in KINDS.items() if text in kind.names), None)
