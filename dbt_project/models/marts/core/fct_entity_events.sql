with

product_events as (

    select * from {{ ref('stg_files__product_events') }}

),

survey_responses as (

    select * from {{ ref('stg_files__survey_responses') }}

),

support_tickets as (

    select * from {{ ref('stg_files__support_tickets') }}

),

answered as (

    select
        response_id || coalesce(':' || question_id, '') as event_id,
        entity_type,
        entity_id,
        case
            when survey <> 'nps' then survey || '_answer'
            when score >= 9 then 'nps_promoter'
            when score >= 7 then 'nps_passive'
            else 'nps_detractor'
        end as event_type,
        responded_at as occurred_at,
        score as quantity,
        'survey_responses' as source
    from survey_responses
    where score is not null

),

opened as (

    select
        ticket_id || ':opened' as event_id,
        'customer' as entity_type,
        entity_id,
        'ticket_opened' as event_type,
        opened_at as occurred_at,
        1 as quantity,
        'support_tickets' as source
    from support_tickets

),

closed as (

    select
        ticket_id || ':closed' as event_id,
        'customer' as entity_type,
        entity_id,
        'ticket_closed' as event_type,
        closed_at as occurred_at,
        1 as quantity,
        'support_tickets' as source
    from support_tickets
    where closed_at is not null

),

unioned as (

    select
        event_id,
        entity_type,
        entity_id,
        event_type,
        occurred_at,
        quantity,
        'product_events' as source
    from product_events

    union all

    select * from answered

    union all

    select * from opened

    union all

    select * from closed

)

select
    event_id,
    entity_type,
    entity_id,
    event_type,
    occurred_at,
    cast(occurred_at as date) as event_date,
    cast(quantity as double) as quantity,
    source
from unioned
