with

funnel as (

    select * from {{ ref('funnel_periods') }}

),

rules as (

    {{ rules_in_force('leak_rules') }}

),

transitions as (

    select
        brand_id,
        period_type,
        period_start,
        stage_order,
        is_partial,
        is_settled,
        stage as to_stage,
        metric_id,
        lag(metric_id) over (
            partition by brand_id, period_type, period_start
            order by stage_order
        ) as from_metric_id,
        lag(stage) over (
            partition by brand_id, period_type, period_start
            order by stage_order
        ) as from_stage,
        value as to_value,
        previous_value as from_value,
        null_reason as to_null_reason,
        lag(null_reason) over (
            partition by brand_id, period_type, period_start
            order by stage_order
        ) as from_null_reason,
        conversion_rate as rate,
        target,
        lag(target) over (
            partition by brand_id, period_type, period_start
            order by stage_order
        ) as previous_target
    from funnel

),

-- whole periods before this one; what comes later says nothing about it
bases as (

    select
        today.brand_id,
        today.period_type,
        today.period_start,
        today.to_stage,
        cast(count(earlier.rate) as bigint) as base_periods,
        case when count(earlier.rate) >= max(rules.periods_least) then median(earlier.rate) end as base_rate
    from transitions as today
    cross join rules
    inner join transitions as earlier
        on
            today.brand_id = earlier.brand_id
            and today.period_type = earlier.period_type
            and today.to_stage = earlier.to_stage
            and today.period_start > earlier.period_start
            and not earlier.is_partial
            and earlier.period_start >= {{ add_days('today.period_start', '-rules.history_days') }}
    group by
        today.brand_id,
        today.period_type,
        today.period_start,
        today.to_stage

),

compared as (

    select
        transitions.*,
        rules.alert_gap_least,
        rules.alert_change_least,
        rules.alert_from_least,
        {{ ratio('transitions.target', 'transitions.previous_target') }} as target_rate,
        bases.base_rate,
        coalesce(bases.base_periods, 0) as base_periods,
        transitions.rate - bases.base_rate as gap,
        case
            when transitions.rate < bases.base_rate
                then (bases.base_rate - transitions.rate) * transitions.from_value
            when transitions.rate >= bases.base_rate then cast(0 as double)
        end as lost_units
    from transitions
    cross join rules
    left join bases
        on
            transitions.brand_id = bases.brand_id
            and transitions.period_type = bases.period_type
            and transitions.period_start = bases.period_start
            and transitions.to_stage = bases.to_stage
    where transitions.from_stage is not null

)

select
    brand_id,
    period_type,
    period_start,
    from_stage,
    to_stage,
    from_metric_id,
    metric_id,
    from_value,
    to_value,
    rate,
    base_rate,
    base_periods,
    gap,
    {{ ratio('gap', 'base_rate') }} as gap_pct,
    lost_units,
    target_rate,
    rate - target_rate as target_gap,
    case
        when lost_units > 0
            then cast(
                rank() over (
                    partition by brand_id, period_type, period_start
                    -- by the part of the usual rate that is lost: units of different stages are not comparable
                    order by case when lost_units > 0 then gap / nullif(base_rate, 0) else 0 end
                ) as bigint
            )
    end as leak_rank,
    -- a running period, and one that its source may still change, have not fallen yet
    case
        when gap is null or is_partial or not is_settled or from_value < alert_from_least
            then cast(null as {{ dbt.type_string() }})
        when -gap >= alert_gap_least and -gap >= alert_change_least * base_rate then 'both'
        when -gap >= alert_gap_least then 'absolute'
        when -gap >= alert_change_least * base_rate then 'relative'
    end as alert,
    case
        when gap is not null then cast(null as {{ dbt.type_string() }})
        when rate is null then coalesce(to_null_reason, from_null_reason, 'not_offered')
        else 'no_source'
    end as null_reason,
    is_partial,
    is_settled
from compared
