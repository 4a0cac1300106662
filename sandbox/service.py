"""The service desk in the CRM: what contacts answered to a survey, and the tickets they opened."""

from __future__ import annotations

import zlib
from datetime import timedelta

from sandbox.crm import hubspot_time
from sandbox.model import Brand, Contact, ServiceObject
from sandbox.scenario import Scenario
from sandbox.streams import midnight, stream

ANSWERED_SHARE, TICKET_SHARE, CLOSED_SHARE = 0.6, 0.4, 0.7
SCORES = (10, 9, 9, 8, 8, 7, 6, 3)


def desk(scenario: Scenario, brand: Brand, contacts: list[Contact]) -> list[ServiceObject]:
    """Return the answers and tickets of a brand's contacts before the world's end, oldest first."""
    found: list[ServiceObject] = []
    for contact in contacts:
        draw = stream(scenario.seed, brand.brand_id, "service", zlib.crc32(contact.contact_id.encode())).random(6)
        if draw[0] < ANSWERED_SHARE:
            found.append(_answer(contact, draw[1], SCORES[int(draw[2] * len(SCORES))]))
        if draw[3] < TICKET_SHARE:
            found.append(_ticket(contact, draw[4], draw[5]))
    found = sorted((one for one in found if one.created_at < midnight(scenario.end)), key=lambda one: one.created_at)
    first_id = 71_000_000_000 + zlib.crc32(brand.brand_id.encode()) % 9_000 * 1_000_000
    for number, one in enumerate(found, start=1):
        one.object_id = str(first_id + number)
    return found


def _answer(contact: Contact, draw: float, score: int) -> ServiceObject:
    given_at = contact.created_at + timedelta(hours=1 + int(draw * 48))
    group = "PROMOTER" if score >= 9 else "PASSIVE" if score >= 7 else "DETRACTOR"
    told = {
        "hs_createdate": hubspot_time(given_at), "hs_submission_timestamp": hubspot_time(given_at),
        "hs_survey_id": "5", "hs_survey_name": "Would you recommend us?", "hs_survey_type": "NPS",
        "hs_survey_channel": "EMAIL", "hs_value": str(score), "hs_response_group": group,
        "hs_contact_id": contact.contact_id, "hs_content": f"Write to {contact.email}",
    }  # fmt: skip
    return ServiceObject("feedback_submissions", "", contact.contact_id, given_at, [(given_at, told)])


def _ticket(contact: Contact, draw: float, outcome: float) -> ServiceObject:
    opened_at = contact.created_at + timedelta(hours=2 + int(draw * 72))
    told = {
        "createdate": hubspot_time(opened_at), "hs_pipeline": "0", "hs_pipeline_stage": "1",
        "subject": f"Question of {contact.email}", "content": "Where is my order?",
    }  # fmt: skip
    changes = [(opened_at, told)]
    if outcome < CLOSED_SHARE:
        closed_at = opened_at + timedelta(hours=1 + int(outcome * 60))
        changes.append((closed_at, {"hs_pipeline_stage": "4", "closed_date": hubspot_time(closed_at)}))
    return ServiceObject("tickets", "", contact.contact_id, opened_at, changes)
