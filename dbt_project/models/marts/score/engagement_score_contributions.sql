with

measured as (

    select * from {{ ref('engagement_signals') }}

),

signals as (

    select * from {{ ref('int_score_signals_activated') }}

),

counted as (

    select
        measured.*,
        signals.signal_order,
        signals.label_en,
        signals.label_ja,
        signals.exclusive_group,
        signals.cap,
        cast(signals.weight as decimal(18, 6)) as weight,
        case signals.count_mode
            when 'once'
                then
                    case
                        when measured.measured > 0 and measured.measured >= coalesce(signals.threshold, 0) then 1
                        else 0
                    end
            -- nine decimals, so that 0.3 of a unit of 0.1 is three units and not two
            else floor(round(measured.measured / signals.unit_size, 9))
        end as n
    from measured
    inner join signals
        on
            measured.model_id = signals.model_id
            and measured.model_version = signals.model_version
            and measured.signal_id = signals.signal_id

),

weighed as (

    select
        *,
        weight * cast(n as decimal(18, 0)) as points_raw
    from counted

),

capped as (

    -- a cap has the sign of its weight
    select
        *,
        case
            when cap is null then points_raw
            when cap >= 0 then least(points_raw, cast(cap as decimal(18, 6)))
            else greatest(points_raw, cast(cap as decimal(18, 6)))
        end as points_capped
    from weighed

),

ranked as (

    select
        *,
        case
            when exclusive_group is null then 1
            else row_number() over (
                partition by
                    model_id, model_version, entity_type, entity_id, period_type, period_start, exclusive_group
                order by points_capped desc, signal_order asc, signal_id asc
            )
        end as place_in_group
    from capped

)

select
    model_id,
    model_version,
    entity_type,
    entity_id,
    period_type,
    period_start,
    signal_id,
    signal_order,
    label_en,
    label_ja,
    measured,
    cast(n as bigint) as n,
    cast(points_raw as double) as points_raw,
    cast(case when place_in_group = 1 then points_capped else 0 end as double) as points,
    event_count = 0 as is_missing
from ranked
