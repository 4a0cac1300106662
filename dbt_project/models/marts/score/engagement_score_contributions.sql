{{ config(pre_hook="{{ delete_changed_periods(ref('engagement_signals')) }}") }}

{# What differs most stands first, so that rows are told apart by their first text. -#}
{% set one_score = 'entity_id, period_start, model_id, model_version, entity_type, period_type' %}
{% set columns -%}
        model_id,
        model_version,
        entity_type,
        entity_id,
        period_type,
        period_start,
        signal_id,
        inputs_hash,
        signal_order,
        label_en,
        label_ja,
        measured,
        n,
        points_raw,
        event_count,
{%- endset %}

with

measured as (

    select * from {{ ref('engagement_signals') }} as measures
    {{ only_changed_periods('measures.inputs_hash') }}

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
        signals.score_group,
        signals.group_limit,
        signals.cap,
        coalesce(signals.missing = 'reweight', false) as is_reweighted,
        coalesce(
            signals.cap, case signals.count_mode when 'once' then 1 else 1 / signals.unit_size end * signals.weight
        ) as ceiling,
        cast(signals.weight as decimal(18, 6)) as weight,
        case signals.count_mode
            when 'once'
                then
                    case
                        when measured.measured > 0 and measured.measured >= coalesce(signals.threshold, 0) then 1
                        else 0
                    end
            else
                greatest(
                    0,
                    -- nine decimals, so that 0.3 of a unit of 0.1 is three units and not two
                    case coalesce(signals.rounding, 'floor')
                        when 'none' then round(measured.measured / signals.unit_size, 6)
                        when 'half_up' then floor(round(measured.measured / signals.unit_size, 9) + 0.5)
                        else floor(round(measured.measured / signals.unit_size, 9))
                    end
                )
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
        cast(weight * cast(n as decimal(18, 6)) as decimal(28, 6)) as points_raw
    from counted

),

capped as (

    -- a cap has the sign of its weight
    select
        *,
        case
            when cap is null then points_raw
            when cap >= 0 then least(points_raw, cast(cap as decimal(28, 6)))
            else greatest(points_raw, cast(cap as decimal(28, 6)))
        end as points_capped
    from weighed

),

-- only what depends on other signals is held against them, since that costs more than all the rest
ranked as (

    select
        *,
        row_number() over (
            partition by {{ one_score }}, exclusive_group
            order by abs(points_capped) desc, signal_order asc, signal_id asc
        ) as place_in_group
    from capped
    where exclusive_group is not null

),

shared as (

    select
        *,
        sum(ceiling) over (partition by {{ one_score }}) as ceiling_of_all,
        sum(case when event_count > 0 then ceiling end) over (partition by {{ one_score }}) as ceiling_of_seen
    from capped
    where exclusive_group is null and is_reweighted

),

kept as (

    select
        {{ columns }}
        score_group,
        group_limit,
        case when place_in_group = 1 then points_capped else 0 end as points_kept
    from ranked

    union all

    -- what a missing signal could have given is handed on to those of its policy that were seen
    select
        {{ columns }}
        score_group,
        group_limit,
        cast(
            coalesce(cast(points_capped as double) * ceiling_of_all / nullif(ceiling_of_seen, 0), 0)
            as decimal(28, 6)
        ) as points_kept
    from shared

    union all

    select
        {{ columns }}
        score_group,
        group_limit,
        points_capped as points_kept
    from capped
    where exclusive_group is null and not is_reweighted

),

running as (

    select
        *,
        sum(points_kept) over (
            partition by {{ one_score }}, score_group
            order by signal_order, signal_id
            rows between unbounded preceding and current row
        ) as points_so_far
    from kept
    where group_limit is not null

),

given as (

    select
        {{ columns }}
        -- what the group has given up to here, less what it had given before
        case
            when group_limit >= 0
                then
                    least(points_so_far, cast(group_limit as decimal(28, 6)))
                    - least(points_so_far - points_kept, cast(group_limit as decimal(28, 6)))
            else
                greatest(points_so_far, cast(group_limit as decimal(28, 6)))
                - greatest(points_so_far - points_kept, cast(group_limit as decimal(28, 6)))
        end as points
    from running

    union all

    select
        {{ columns }}
        points_kept as points
    from kept
    where group_limit is null

)

select
    model_id,
    model_version,
    entity_type,
    entity_id,
    period_type,
    period_start,
    signal_id,
    inputs_hash,
    signal_order,
    label_en,
    label_ja,
    measured,
    cast(n as double) as n,
    cast(points_raw as double) as points_raw,
    cast(points as double) as points,
    event_count = 0 as is_missing
from given
