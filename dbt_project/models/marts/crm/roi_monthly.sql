with

costs as (

    select * from {{ ref('costs') }}
    where brand_id in (select accounts.brand_id from {{ ref('stg_registry__accounts') }} as accounts)

),

calendar_days as (

    select * from {{ ref('int_calendar_days') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

conversions as (

    select * from {{ ref('fct_conversions') }}

),

months as (

    select month_start as month
    from calendar_days
    group by month_start

),

-- money that came by social media, in the currency of the costs
earned as (

    select
        brand_id,
        {{ period_start('month', 'conversion_date') }} as month,
        currency,
        cast(count(*) as bigint) as deals_won,
        cast(sum(amount) as decimal(18, 2)) as revenue
    from conversions
    where conversion_type = 'deal_won' and platform in ('instagram', 'x')
    group by brand_id, {{ period_start('month', 'conversion_date') }}, currency

),

reckoned as (

    select
        costs.brand_id,
        costs.kgi_id,
        months.month,
        costs.currency,
        costs.cost_amount,
        costs.hours,
        costs.hourly_rate_amount,
        cast(costs.cost_amount + costs.hours * costs.hourly_rate_amount as decimal(18, 2)) as total_cost_amount,
        coalesce(earned.deals_won, 0) as deals_won,
        coalesce(earned.revenue, 0) as revenue,
        costs.gross_margin_share,
        cast(coalesce(earned.revenue, 0) * costs.gross_margin_share as decimal(18, 2)) as gross_profit_amount
    from costs
    inner join months
        on
            costs.valid_from <= months.month
            and coalesce(costs.valid_to, cast('9999-12-31' as date)) > months.month
    left join earned
        on
            costs.brand_id = earned.brand_id
            and months.month = earned.month
            and costs.currency = earned.currency

)

select
    reckoned.brand_id,
    reckoned.kgi_id,
    reckoned.month,
    reckoned.currency,
    reckoned.month < reporting_window.first_date
    or {{ period_end('month', 'reckoned.month') }} > reporting_window.last_date as is_partial,
    reckoned.cost_amount,
    reckoned.hours,
    reckoned.hourly_rate_amount,
    reckoned.total_cost_amount,
    reckoned.deals_won,
    reckoned.revenue,
    reckoned.gross_margin_share,
    reckoned.gross_profit_amount,
    cast(reckoned.gross_profit_amount - reckoned.total_cost_amount as decimal(18, 2)) as net_profit_amount,
    {{ ratio('reckoned.gross_profit_amount - reckoned.total_cost_amount', 'reckoned.total_cost_amount') }}
        as roi_total_cost
from reckoned
cross join reporting_window
