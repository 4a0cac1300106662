"""HubSpot CRM: contacts and deals by the day they changed, each page as HubSpot sends it, e-mail hashed.

Reference  https://developers.hubspot.com/docs/api-reference, version 2026-09 unless the base address ends in another
Auth       service key or private-app token of the portal, sent as `Authorization: Bearer`; scopes
           crm.objects.contacts.read and crm.objects.deals.read; those of surveys and tickets are optional
Paging     search: `paging.next.after`, 200 objects a page, 10,000 a query (hubspot_search); associations: once for
           each page of deals; history of the stage: 50 deals a call; lists: 100 a page, the cursor is opaque
Units      every value is text or null; amounts in the deal's currency, and in the company's; times ISO 8601 UTC or
           epoch milliseconds
Zone       UTC
Personal   email becomes its keyed hash; addresses of visits keep only their utm_*; names and phones are never
           asked for, and dropped should they come
Restates   an object is read again whenever it changes; a change may take moments to be found, so one trailing day
           is read again. A merge is told by the winner; who is archived or gone is told by the census alone
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.dialect import Reply
from connectors.errors import names_the_token
from connectors.http import Api
from connectors.hubspot_census import census, pipelines
from connectors.hubspot_examination import examine
from connectors.hubspot_links import contacts_of
from connectors.hubspot_paths import of_crm, opened
from connectors.hubspot_search import changed, results
from connectors.hubspot_service import STREAMS as SERVICE_STREAMS
from connectors.hubspot_tables import (
    ARCHIVED,
    CONTACTS,
    DEAL_CONTACTS,
    DEAL_STAGES,
    DEALS,
    LIVE_CONTACTS,
    MERGED_CONTACTS,
    MERGED_DEALS,
    PIPELINE_STAGES,
)
from connectors.streams import Account, Page, Source, Stream, Treatment, Window

CONTACT_PROPERTIES = [
    "email",
    "createdate",
    "lastmodifieddate",
    "lifecyclestage",
    "hs_analytics_source",
    "hs_analytics_source_data_1",
    "hs_analytics_source_data_2",
    "hs_analytics_first_url",
    "hs_analytics_last_url",
    "hs_analytics_first_visit_timestamp",
    "hs_lifecyclestage_lead_date",
    "hs_lifecyclestage_marketingqualifiedlead_date",
    "hs_lifecyclestage_customer_date",
    "hs_merged_object_ids",
]
DEAL_PROPERTIES = [
    "amount",
    "amount_in_home_currency",
    "deal_currency_code",
    "dealstage",
    "pipeline",
    "createdate",
    "closedate",
    "hs_lastmodifieddate",
    "hs_is_closed",
    "hs_is_closed_won",
    "hs_merged_object_ids",
]
HISTORY_INPUTS = 50
PERSONAL: dict[str, Treatment] = {
    "email": "hash",
    "hs_analytics_source_data_1": "utm_only",
    "hs_analytics_source_data_2": "utm_only",
    "hs_analytics_first_url": "utm_only",
    "hs_analytics_last_url": "utm_only",
    "firstname": "drop",
    "lastname": "drop",
    "phone": "drop",
    "mobilephone": "drop",
    "dealname": "drop",
}


@names_the_token
def contacts(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the contacts that changed in the window's UTC day: one call for two hundred."""
    for reply in changed(api, "contacts", "lastmodifieddate", CONTACT_PROPERTIES, window):
        yield reply.page


@names_the_token
def deals(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the deals that changed in the window's UTC day, and after each page whose they are."""
    for reply in changed(api, "deals", "hs_lastmodifieddate", DEAL_PROPERTIES, window):
        yield reply.page
        yield from contacts_of(api, "deals", reply)
        yield from _stages_of(api, reply)


def _stages_of(api: Api, found: Reply) -> Iterator[Page]:
    inputs = [{"id": str(deal["id"])} for deal in results(found)]
    for start in range(0, len(inputs), HISTORY_INPUTS):
        question = {"inputs": inputs[start : start + HISTORY_INPUTS], "propertiesWithHistory": ["dealstage"]}
        reply = api.post(of_crm(api, "objects", "deals/batch/read"), question | {"properties": ["dealstage"]})
        results(reply)
        yield reply.page


SOURCE = Source(
    name="hubspot",
    base_url_env="HUBSPOT_BASE_URL",
    default_base_url="https://api.hubapi.com",
    accounts_at_once=16,  # its limits are each account's own
    streams=(
        Stream("contacts", "window", contacts, (CONTACTS, MERGED_CONTACTS), restates_days=1, personal=PERSONAL),
        Stream(
            "deals",
            "window",
            deals,
            (DEALS, DEAL_CONTACTS, DEAL_STAGES, MERGED_DEALS),
            restates_days=1,
            personal=PERSONAL,
        ),
        Stream("census", "snapshot", census, (LIVE_CONTACTS, ARCHIVED), personal=PERSONAL),
        Stream("pipelines", "snapshot", pipelines, (PIPELINE_STAGES,)),
        *SERVICE_STREAMS,
    ),
    open=opened,
    examine=examine,
)
