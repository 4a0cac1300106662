{{ config(materialized='view') }}

with

product_events as (

    select * from {{ ref('stg_files__product_events') }}

),

conversions as (

    select * from {{ ref('int_conversions') }}

),

answered as (

    select * from {{ ref('int_score_events_answered') }}

),

met as (

    select * from {{ ref('int_score_events_met') }}

),

staffed as (

    select * from {{ ref('int_score_events_staffed') }}

),

counted as (

    select * from {{ ref('int_score_events_counted') }}

),

filed as (

    select
        event_id,
        entity_type,
        entity_id,
        event_type,
        occurred_at,
        quantity,
        -- what became of someone is no use of the product
        case
            when event_type like 'outcome:%' or event_type like 'value:%' or event_type like 'consent:%' then 'outcomes'
            else 'product_events'
        end as source
    from product_events

    union all

    select * from answered

)

select
    event_id,
    entity_type,
    entity_id,
    cast(null as {{ dbt.type_string() }}) as member_id,
    event_type,
    occurred_at,
    cast(occurred_at as date) as event_date,
    cast(quantity as double) as quantity,
    source
from filed

union all

-- the product itself, whose people are those that use it
select
    event_id,
    'product' as entity_type,
    entity_type as entity_id,
    entity_id as member_id,
    event_type,
    occurred_at,
    cast(occurred_at as date) as event_date,
    cast(quantity as double) as quantity,
    'product_use' as source
from filed
where source = 'product_events'

union all

select * from staffed

union all

select
    conversion_id as event_id,
    'lead' as entity_type,
    person_key as entity_id,
    cast(null as {{ dbt.type_string() }}) as member_id,
    case conversion_type when 'deal_won' then 'value:' || currency else 'outcome:converted' end as event_type,
    occurred_at,
    cast(occurred_at as date) as event_date,
    cast(coalesce(amount, 1) as double) as quantity,
    'conversions' as source
from conversions
where person_key is not null and (conversion_type = 'customer' or (conversion_type = 'deal_won' and amount is not null))

union all

select
    event_id,
    entity_type,
    entity_id,
    cast(null as {{ dbt.type_string() }}) as member_id,
    event_type,
    occurred_at,
    cast(occurred_at as date) as event_date,
    quantity,
    source
from met

union all

select
    event_id,
    entity_type,
    entity_id,
    cast(null as {{ dbt.type_string() }}) as member_id,
    event_type,
    occurred_at,
    event_date,
    quantity,
    source
from counted
