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
                "hs_merged_object_ids": "VARCHAR",
            },
        }
    ]
}
# A page of the deals stream is a search page, one of associations, which has `from` and `to` in its results, or one
# of histories, which has `propertiesWithHistory`.
DEAL_SCHEMA = {
    "results": [
        {
            "id": "VARCHAR",
            "createdAt": "VARCHAR",
            "updatedAt": "VARCHAR",
            "properties": {
                "amount": "VARCHAR",
                "amount_in_home_currency": "VARCHAR",
                "deal_currency_code": "VARCHAR",
                "dealstage": "VARCHAR",
                "pipeline": "VARCHAR",
                "createdate": "VARCHAR",
                "closedate": "VARCHAR",
                "hs_lastmodifieddate": "VARCHAR",
                "hs_is_closed": "VARCHAR",
                "hs_is_closed_won": "VARCHAR",
                "hs_merged_object_ids": "VARCHAR",
            },
            "propertiesWithHistory": {"dealstage": [{"value": "VARCHAR", "timestamp": "VARCHAR"}]},
            "from": {"id": "VARCHAR"},
            "to": [{"toObjectId": "VARCHAR"}],
        }
    ]
}


def text(name: str) -> str:
    """Return a property of `object`, NULL where it was cleared."""
    return f"nullif(object.properties.{name}, '')"


def instant(name: str) -> str:
    """Return a property of `object` that is a time, ISO 8601 or epoch milliseconds."""
    said = text(name)
    return f"coalesce(try_cast({said} as timestamptz), to_timestamp(try_cast({said} as bigint) / 1000.0))"


# Rows of one object that came twice in a file: the one that changed last is the object.
LATEST = "qualify row_number() over (partition by landing_file, object.id order by modified_at desc, asked desc) = 1"
OBJECTS = "(select landing_file, asked, unnest(body.results) as object from page)"


def _merged(name: str, schema: dict) -> Table:
    """Return who was merged into whom: a winner names every id that it took over."""
    return Table(
        name,
        schema,
        f"""
        select distinct landing_file, merged_id, winner_id
        from (
            select
                landing_file, object.id as winner_id,
                trim(unnest(string_split({text("hs_merged_object_ids")}, ';'))) as merged_id
            from {OBJECTS}
        )
        where merged_id <> '' and merged_id <> winner_id
        """,
    )


CONTACTS = Table(
    "contacts",
    CONTACT_SCHEMA,
    f"""
    select
        landing_file, object.id as contact_id, {text("email")} as person_key,
        coalesce({instant("createdate")}, try_cast(object.createdAt as timestamptz)) as created_at,
        coalesce({instant("lastmodifieddate")}, try_cast(object.updatedAt as timestamptz)) as modified_at,
        {text("lifecyclestage")} as lifecycle_stage, {text("hs_analytics_source")} as source,
        {text("hs_analytics_source_data_1")} as source_data_1,
        {text("hs_analytics_source_data_2")} as source_data_2, {text("hs_analytics_first_url")} as first_url,
        {text("hs_analytics_last_url")} as last_url,
        {instant("hs_analytics_first_visit_timestamp")} as first_visit_at,
        {instant("hs_lifecyclestage_lead_date")} as lead_at,
        {instant("hs_lifecyclestage_marketingqualifiedlead_date")} as qualified_at,
        {instant("hs_lifecyclestage_customer_date")} as customer_at
    from {OBJECTS}
    {LATEST}
    """,
)

DEALS = Table(
    "deals",
    DEAL_SCHEMA,
    f"""
    select
        landing_file, object.id as deal_id, try_cast({text("amount")} as decimal(18, 2)) as amount,
        try_cast({text("amount_in_home_currency")} as decimal(18, 2)) as home_amount,
        {text("deal_currency_code")} as currency, {text("dealstage")} as stage, {text("pipeline")} as pipeline,
        coalesce({instant("createdate")}, try_cast(object.createdAt as timestamptz)) as created_at,
        {instant("closedate")} as closed_at,
        coalesce({instant("hs_lastmodifieddate")}, try_cast(object.updatedAt as timestamptz)) as modified_at,
        {text("hs_is_closed")} = 'true' as is_closed, {text("hs_is_closed_won")} = 'true' as is_won
    from {OBJECTS}
    where object.id is not null and object.propertiesWithHistory is null
    {LATEST}
    """,
)

DEAL_CONTACTS = Table(
    "deal_contacts",
    DEAL_SCHEMA,
    f"""
    select distinct landing_file, deal_id, contact.toObjectId as contact_id
    from (
        select landing_file, object['from'].id as deal_id, unnest(object['to']) as contact from {OBJECTS}
    )
    """,
)

DEAL_STAGES = Table(
    "deal_stages",
    DEAL_SCHEMA,
    """
    select distinct
        landing_file, deal_id, entry.value as stage,
        coalesce(
            try_cast(entry.timestamp as timestamptz), to_timestamp(try_cast(entry.timestamp as bigint) / 1000.0)
        ) as entered_at
    from (
        select landing_file, object.id as deal_id, unnest(object.propertiesWithHistory.dealstage) as entry
        from (select landing_file, unnest(body.results) as object from page)
    )
    where entry.value <> ''
    """,
)

MERGED_CONTACTS = _merged("merged_contacts", CONTACT_SCHEMA)
MERGED_DEALS = _merged("merged_deals", DEAL_SCHEMA)

_CENSUS_SCHEMA = {"results": [{"id": "VARCHAR", "archived": "VARCHAR", "archivedAt": "VARCHAR"}]}
_IS_ARCHIVED = "contains(asked, 'archived=true')"

LIVE_CONTACTS = Table(
    "live_contacts",
    _CENSUS_SCHEMA,
    f"select distinct landing_file, object.id as contact_id from {OBJECTS} where not {_IS_ARCHIVED}",
)

ARCHIVED = Table(
    "archived_objects",
    _CENSUS_SCHEMA,
    f"""
    select distinct
        landing_file, regexp_extract(asked, '/(contacts|deals)[?]', 1) as object_type, object.id as object_id,
        try_cast(nullif(object.archivedAt, '') as timestamptz) as archived_at
    from {OBJECTS} where {_IS_ARCHIVED}
    """,
)

PIPELINE_STAGES = Table(
    "pipeline_stages",
    {
        "results": [
            {
                "id": "VARCHAR",
                "stages": [
                    {"id": "VARCHAR", "label": "VARCHAR", "metadata": {"isClosed": "VARCHAR", "probability": "VARCHAR"}}
                ],
            }
        ]
    },
    """
    select
        landing_file, pipeline, stage.id as stage, stage.label,
        try_cast(stage.metadata.probability as decimal(9, 6)) as probability,
        lower(stage.metadata.isClosed) = 'true' as is_closed
    from (
        select landing_file, pipeline.id as pipeline, unnest(pipeline.stages) as stage
        from (select landing_file, unnest(body.results) as pipeline from page)
    )
    """,
)
