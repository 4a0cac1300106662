-- No search console is connected: every day of a term says so, from the first day of its own series on.
with

terms as (

    select * from {{ ref('search_terms') }}
    where brand_id in (select accounts.brand_id from {{ ref('stg_registry__accounts') }} as accounts)

),

calendar_days as (

    select * from {{ ref('int_calendar_days') }}

)

select
    terms.brand_id,
    terms.term,
    terms.version,
    calendar_days.date,
    cast(null as bigint) as search_impressions,
    cast(null as bigint) as search_clicks,
    'no_source' as null_reason
from terms
inner join calendar_days
    on
        terms.valid_from <= calendar_days.date
        and coalesce(terms.valid_to, cast('9999-12-31' as date)) > calendar_days.date
