with

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

used as (

    select
        entity_type,
        entity_id,
        month_start,
        cast(bit_count(bit_or(day_mask)) as bigint) as active_days
    from {{ ref('int_score_entity_months') }}
    where source = 'product_events'
    group by entity_type, entity_id, month_start

),

followed as (

    select
        *,
        cast({{ dbt.dateadd('month', 1, 'month_start') }} as date) as next_month,
        lag(month_start) over (partition by entity_id, entity_type order by month_start) as used_before,
        lead(month_start) over (partition by entity_id, entity_type order by month_start) as used_next
    from used

),

steps as (

    select
        entity_type,
        month_start,
        case
            when used_before is null then 'new'
            when {{ dbt.dateadd('month', 1, 'used_before') }} = month_start then 'kept'
            else 'back'
        end as step,
        active_days
    from followed

    union all

    -- who does not come next month has lapsed in that one
    select
        followed.entity_type,
        followed.next_month as month_start,
        'lapsed' as step,
        cast(0 as bigint) as active_days
    from followed
    inner join reporting_window on followed.next_month <= reporting_window.last_date
    where followed.used_next is null or followed.used_next > followed.next_month

),

counted as (

    select
        entity_type,
        month_start,
        count(case when step = 'new' then 1 end) as new_n,
        count(case when step = 'kept' then 1 end) as kept_n,
        count(case when step = 'back' then 1 end) as back_n,
        count(case when step = 'lapsed' then 1 end) as lapsed_n,
        count(case when step <> 'lapsed' then 1 end) as active_n,
        cast(sum(active_days) as bigint) as entity_days
    from steps
    group by entity_type, month_start

),

spanned as (

    select
        counted.*,
        {{ period_end('month', 'counted.month_start') }} > reporting_window.last_date as is_partial,
        {{ days_between(
            'counted.month_start',
            'least(' ~ period_end('month', 'counted.month_start') ~ ', reporting_window.last_date)'
        ) }} + 1 as days_so_far
    from counted
    cross join reporting_window

)

select
    entity_type,
    month_start,
    new_n,
    kept_n,
    back_n,
    lapsed_n,
    active_n,
    entity_days,
    active_n * greatest(days_so_far, 1) as possible_days,
    -- events of the running day come before the last whole one is over
    least({{ ratio('entity_days', 'active_n * greatest(days_so_far, 1)') }}, 1) as stickiness_possible_days,
    is_partial
from spanned
