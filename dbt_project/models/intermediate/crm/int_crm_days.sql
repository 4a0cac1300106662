with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

conversions as (

    select * from {{ ref('int_conversions') }}

),

-- a day without a lead is a zero only where both objects were asked for
captured_days as (

    select
        accounts.account_id,
        accounts.brand_id,
        accounts.currency,
        latest_captures.window_date as date
    from accounts
    inner join latest_captures
        on accounts.account_id = latest_captures.account_id
    where latest_captures.source = 'hubspot' and latest_captures.stream in ('contacts', 'deals')
    group by
        accounts.account_id,
        accounts.brand_id,
        accounts.currency,
        latest_captures.window_date
    having count(*) = 2

)

select
    captured_days.account_id,
    captured_days.brand_id,
    captured_days.date,
    captured_days.currency,
    {% for kind, column in [('lead', 'leads'), ('qualified_lead', 'qualified_leads'), ('deal_won', 'deals_won')] %}
    cast(count(case when conversions.conversion_type = '{{ kind }}' then 1 end) as bigint) as {{ column }},
    {% endfor %}
    -- money of another currency that HubSpot has no rate for is left out: it is never added up across currencies
    cast(coalesce(sum(conversions.brand_amount), 0) as decimal(18, 2)) as revenue
from captured_days
left join conversions
    on
        captured_days.account_id = conversions.account_id
        and captured_days.date = conversions.conversion_date
group by
    captured_days.account_id,
    captured_days.brand_id,
    captured_days.date,
    captured_days.currency
