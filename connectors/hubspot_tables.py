"""HubSpot's raw tables: every property is text or null, and "" means that it was cleared."""

from __future__ import annotations

from connectors.streams import Table

CONTACT_SCHEMA = {
    "results": [
        {
            "id": "VARCHAR",
            "createdAt": "VARCHAR",
            "updatedAt": "VARCHAR",
            "properties": {
                "email": "VARCHAR",
                "createdate": "VARCHAR",
                "lastmodifieddate": "VARCHAR",
                "lifecyclestage": "VARCHAR",
                "hs_analytics_source": "VARCHAR",
                "hs_analytics_source_data_1": "VARCHAR",
                "hs_analytics_source_data_2": "VARCHAR",
                "hs_analytics_first_url": "VARCHAR",
                "hs_analytics_last_url": "VARCHAR",
                "hs_analytics_first_visit_timestamp": "VARCHAR",
                "hs_lifecyclestage_lead_date": "VARCHAR",
                "hs_lifecyclestage_marketingqualifiedlead_date": "VARCHAR",
                "hs_lifecyclestage_customer_date": "VARCHAR",
            },
        }
    ]
}
# A page of the deals stream is a search page or one of associations, which has `from` and `to` in its results.
DEAL_SCHEMA = {
    "results": [
        {
            "id": "VARCHAR",
            "createdAt": "VARCHAR",
            "updatedAt": "VARCHAR",
            "properties": {
                "amount": "VARCHAR",
                "deal_currency_code": "VARCHAR",
                "dealstage": "VARCHAR",
                "pipeline": "VARCHAR",
                "createdate": "VARCHAR",
                "closedate": "VARCHAR",
                "hs_lastmodifieddate": "VARCHAR",
                "hs_is_closed": "VARCHAR",
                "hs_is_closed_won": "VARCHAR",
            },
            "from": {"id": "VARCHAR"},
            "to": [{"toObjectId": "VARCHAR"}],
        }
    ]
}


def _text(name: str) -> str:
    return f"nullif(object.properties.{name}, '')"


def _instant(name: str) -> str:
    said = _text(name)
    return f"coalesce(try_cast({said} as timestamptz), to_timestamp(try_cast({said} as bigint) / 1000.0))"


# Rows of one object that came twice in a file: the one that changed last is the object.
_LATEST = "qualify row_number() over (partition by landing_file, object.id order by modified_at desc, asked desc) = 1"
_OBJECTS = "(select landing_file, asked, unnest(body.results) as object from page)"

CONTACTS = Table(
    "contacts",
    CONTACT_SCHEMA,
    f"""
    select
        landing_file, object.id as contact_id, {_text("email")} as person_key,
        coalesce({_instant("createdate")}, try_cast(object.createdAt as timestamptz)) as created_at,
        coalesce({_instant("lastmodifieddate")}, try_cast(object.updatedAt as timestamptz)) as modified_at,
        {_text("lifecyclestage")} as lifecycle_stage, {_text("hs_analytics_source")} as source,
        {_text("hs_analytics_source_data_1")} as source_data_1,
        {_text("hs_analytics_source_data_2")} as source_data_2, {_text("hs_analytics_first_url")} as first_url,
        {_text("hs_analytics_last_url")} as last_url,
        {_instant("hs_analytics_first_visit_timestamp")} as first_visit_at,
        {_instant("hs_lifecyclestage_lead_date")} as lead_at,
        {_instant("hs_lifecyclestage_marketingqualifiedlead_date")} as qualified_at,
        {_instant("hs_lifecyclestage_customer_date")} as customer_at
    from {_OBJECTS}
    {_LATEST}
    """,
)

DEALS = Table(
    "deals",
    DEAL_SCHEMA,
    f"""
    select
        landing_file, object.id as deal_id, cast({_text("amount")} as decimal(18, 2)) as amount,
        {_text("deal_currency_code")} as currency, {_text("dealstage")} as stage, {_text("pipeline")} as pipeline,
        coalesce({_instant("createdate")}, try_cast(object.createdAt as timestamptz)) as created_at,
        {_instant("closedate")} as closed_at,
        coalesce({_instant("hs_lastmodifieddate")}, try_cast(object.updatedAt as timestamptz)) as modified_at,
        {_text("hs_is_closed")} = 'true' as is_closed, {_text("hs_is_closed_won")} = 'true' as is_won
    from {_OBJECTS}
    where object.id is not null
    {_LATEST}
    """,
)

DEAL_CONTACTS = Table(
    "deal_contacts",
    DEAL_SCHEMA,
    f"""
    select distinct landing_file, deal_id, contact.toObjectId as contact_id
    from (
        select landing_file, object['from'].id as deal_id, unnest(object['to']) as contact from {_OBJECTS}
    )
    """,
)
