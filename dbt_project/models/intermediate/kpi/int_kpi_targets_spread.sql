with

metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}

),

kgis as (

    select * from {{ ref('kgis') }}

),

kpi_targets as (

    select * from {{ ref('kpi_targets') }}

),

periods as (

    select
        brand_id,
        period_type,
        period_start,
        period_end
    from metrics
    group by brand_id, period_type, period_start, period_end

),

declared as (

    select
        kgi_id,
        version as kgi_version,
        brand_id,
        metric_id,
        period_type,
        target_value,
        growth_rate,
        baseline_value,
        spread,
        valid_from,
        valid_to
    from kgis
    union all
    select
        kgi_id,
        cast(null as bigint) as kgi_version,
        brand_id,
        metric_id,
        period_type,
        target_value,
        cast(null as double) as growth_rate,
        cast(null as double) as baseline_value,
        spread,
        valid_from,
        valid_to
    from kpi_targets
    where method = 'number'

),

in_force as (

    -- the periods that the target itself is set for
    select
        periods.brand_id,
        declared.kgi_id,
        declared.kgi_version,
        declared.metric_id,
        declared.spread,
        declared.target_value,
        declared.growth_rate,
        declared.baseline_value,
        case when declared.brand_id = '*' then 1 else 0 end as is_general,
        periods.period_type as own_type,
        periods.period_start as own_start,
        periods.period_end as own_end,
        {{ days_between('periods.period_start', 'periods.period_end') }} + 1 as own_days,
        row_number() over (
            partition by
                periods.brand_id, declared.kgi_id, declared.metric_id, periods.period_type, periods.period_start
            order by
                case when declared.brand_id = '*' then 1 else 0 end,
                declared.valid_from desc,
                declared.kgi_version desc
        ) as preference
    from periods
    inner join declared
        on
            declared.brand_id in ('*', periods.brand_id)
            and periods.period_type = declared.period_type
            and periods.period_start >= declared.valid_from
            and (declared.valid_to is null or periods.period_start <= declared.valid_to)

),

own_targets as (

    select
        in_force.*,
        coalesce(
            in_force.target_value,
            (1 + in_force.growth_rate) * coalesce(in_force.baseline_value, before.value)
        ) as own_target
    from in_force
    left join metrics as before
        on
            in_force.brand_id = before.brand_id
            and in_force.metric_id = before.metric_id
            and in_force.own_type = before.period_type
            and in_force.own_start = {{ add_days('before.period_end', 1) }}
            and not before.is_partial
    where in_force.preference = 1

),

overlapped as (

    select
        own_targets.*,
        periods.period_type,
        periods.period_start,
        {{ days_between('periods.period_start', 'periods.period_end') }} + 1 as period_days,
        {{ days_between(
            'greatest(periods.period_start, own_targets.own_start)', 'least(periods.period_end, own_targets.own_end)'
        ) }} + 1 as overlap_days
    from own_targets
    inner join periods
        on
            own_targets.brand_id = periods.brand_id
            and own_targets.own_start <= periods.period_end
            and own_targets.own_end >= periods.period_start
    where
        own_targets.own_target is not null
        and (own_targets.spread <> 'own_period' or own_targets.own_type = periods.period_type)

),

spread_out as (

    -- the days that are covered stand for those that are not: a week that ends in a month yet to come
    select
        brand_id,
        kgi_id,
        max(kgi_version) as kgi_version,
        metric_id,
        period_type,
        period_start,
        spread,
        is_general,
        own_type,
        case
            when spread <> 'by_day' and min(own_target) = max(own_target) then min(own_target)
            else
                {{ exact_sum("own_target * overlap_days / case when spread = 'by_day' then own_days else 1 end") }}
                / sum(overlap_days) * max(case when spread = 'by_day' then period_days else 1 end)
        end as target
    from overlapped
    group by brand_id, kgi_id, metric_id, period_type, period_start, spread, is_general, own_type

),

ranked as (

    select
        *,
        row_number() over (
            partition by brand_id, kgi_id, metric_id, period_type, period_start
            order by is_general, case when own_type = period_type then 0 else 1 end, own_type, spread
        ) as preference
    from spread_out

)

select
    brand_id,
    kgi_id,
    kgi_version,
    metric_id,
    period_type,
    period_start,
    spread,
    target
from ranked
where preference = 1
