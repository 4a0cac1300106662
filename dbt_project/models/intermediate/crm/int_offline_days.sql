{% set told = [('visit', 'offline_visits'), ('card', 'offline_cards'), ('call', 'offline_calls')] %}
with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

calendar_days as (

    select * from {{ ref('int_calendar_days') }}

),

contacts as (

    select * from {{ ref('stg_files__offline_contacts') }}

),

brands as (

    select
        brand_id,
        min(brand_zone) as brand_zone
    from accounts
    group by brand_id

),

dated as (

    select
        contacts.brand_id,
        case contacts.contact_type
            {% for contact_type, metric_id in told %}
            when '{{ contact_type }}' then '{{ metric_id }}'
            {% endfor %}
        end as metric_id,
        {{ local_date('contacts.occurred_at', 'brands.brand_zone') }} as date,
        contacts.quantity
    from contacts
    inner join brands on contacts.brand_id = brands.brand_id

),

counted as (

    select
        brand_id,
        metric_id,
        date,
        sum(quantity) as quantity
    from dated
    where metric_id is not null
    group by brand_id, metric_id, date

),

written_down as (

    select
        brand_id,
        metric_id,
        min(date) as first_date,
        max(date) as last_date
    from counted
    group by brand_id, metric_id

)

-- whoever counts writes down what came, so that a day without a row between two with one had nothing
select
    written_down.brand_id,
    written_down.metric_id,
    calendar_days.date,
    cast(coalesce(counted.quantity, 0) as decimal(28, 6)) as value
from written_down
inner join calendar_days
    on calendar_days.date between written_down.first_date and written_down.last_date
left join counted
    on
        written_down.brand_id = counted.brand_id
        and written_down.metric_id = counted.metric_id
        and calendar_days.date = counted.date
