{% set exposure = "('impressions', 'views', 'reach')" %}
with

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_targets as (

    select * from {{ ref('kpi_targets') }}
    where method = 'number'

),

kpi_revisions as (

    select * from {{ ref('kpi_revisions') }}

),

metrics as (

    select * from {{ ref('int_metrics_current') }}

),

history as (

    select * from {{ ref('int_kpi_history') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

goals as (

    select * from {{ ref('int_kpi_goals') }}

),

chosen as (

    select
        goals.brand_id,
        goals.kgi_id,
        goals.kgi_type,
        goals.period_type,
        goals.valid_from,
        kpis.kpi_id,
        kpis.metric_id,
        metrics.kind,
        metrics.scope_paid,
        count(*) over (partition by goals.brand_id, goals.kgi_id) as kpi_count,
        sum(case when kpis.metric_id in ('followers', 'followers_net') then 1 else 0 end)
            over (partition by goals.brand_id, goals.kgi_id) as follower_count,
        sum(case when kpis.metric_id in {{ exposure }} then 1 else 0 end)
            over (partition by goals.brand_id, goals.kgi_id) as exposure_count,
        sum(case when metrics.kind in ('ratio', 'share') then 1 else 0 end)
            over (partition by goals.brand_id, goals.kgi_id) as rate_count
    from goals
    inner join kpis
        on
            goals.kgi_id = kpis.kgi_id
            and kpis.brand_id in ('*', goals.brand_id)
    left join metrics on kpis.metric_id = metrics.metric_id

),

numbers as (

    select
        chosen.brand_id,
        chosen.kgi_id,
        chosen.metric_id,
        max(kpi_targets.target_value) as target_value,
        max(
            case
                when
                    kpi_targets.valid_from <= reporting_window.last_date
                    and (kpi_targets.valid_to is null or kpi_targets.valid_to >= reporting_window.last_date)
                    then 1
                else 0
            end
        ) as in_force,
        max(kpi_targets.valid_from) as changed_on
    from chosen
    cross join reporting_window
    inner join kpi_targets
        on
            chosen.kgi_id = kpi_targets.kgi_id
            and chosen.metric_id = kpi_targets.metric_id
            and kpi_targets.brand_id in ('*', chosen.brand_id)
    group by chosen.brand_id, chosen.kgi_id, chosen.metric_id

),

reviews as (

    select
        kgi_id,
        max(valid_from) as reviewed_on
    from kpi_revisions
    group by kgi_id

)

select
    chosen.*,
    reporting_window.last_date,
    numbers.target_value,
    numbers.in_force = 1 as is_in_force,
    history.period_n,
    history.value_last,
    history.value_mean + 1.2816 * history.value_sd as usual_p90,
    greatest(
        chosen.valid_from,
        coalesce(numbers.changed_on, chosen.valid_from),
        coalesce(reviews.reviewed_on, chosen.valid_from)
    ) as reviewed_on
from chosen
cross join reporting_window
left join numbers
    on
        chosen.brand_id = numbers.brand_id
        and chosen.kgi_id = numbers.kgi_id
        and chosen.metric_id = numbers.metric_id
left join history
    on
        chosen.brand_id = history.brand_id
        and chosen.metric_id = history.metric_id
        and chosen.period_type = history.period_type
left join reviews on chosen.kgi_id = reviews.kgi_id
