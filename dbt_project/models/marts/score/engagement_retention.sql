with

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

used as (

    select
        entity_type,
        entity_id,
        month_start
    from {{ ref('int_score_entity_months') }}
    where source = 'product_events'
    group by entity_type, entity_id, month_start

),

cohorts as (

    select
        entity_type,
        entity_id,
        min(month_start) as cohort_month
    from used
    group by entity_type, entity_id

),

sizes as (

    select
        entity_type,
        cohort_month,
        count(*) as cohort_n
    from cohorts
    group by entity_type, cohort_month

),

numbers as (

    {{ whole_numbers() }}

),

-- every month since, also those in which nobody came back
months as (

    select
        sizes.entity_type,
        sizes.cohort_month,
        sizes.cohort_n,
        numbers.n as months_after,
        cast({{ dbt.dateadd('month', 'numbers.n', 'sizes.cohort_month') }} as date) as month_start,
        reporting_window.last_date
    from sizes
    cross join reporting_window
    inner join numbers on numbers.n < 120
    where {{ dbt.dateadd('month', 'numbers.n', 'sizes.cohort_month') }} <= reporting_window.last_date

),

kept as (

    select
        cohorts.entity_type,
        cohorts.cohort_month,
        used.month_start,
        count(*) as active_n
    from used
    inner join cohorts
        on
            used.entity_type = cohorts.entity_type
            and used.entity_id = cohorts.entity_id
    group by cohorts.entity_type, cohorts.cohort_month, used.month_start

)

select
    months.entity_type,
    months.cohort_month,
    months.months_after,
    months.cohort_n,
    coalesce(kept.active_n, 0) as active_n,
    {{ ratio('coalesce(kept.active_n, 0)', 'months.cohort_n') }} as retention_rate_cohort,
    {{ period_end('month', 'months.month_start') }} > months.last_date as is_partial
from months
left join kept
    on
        months.entity_type = kept.entity_type
        and months.cohort_month = kept.cohort_month
        and months.month_start = kept.month_start
