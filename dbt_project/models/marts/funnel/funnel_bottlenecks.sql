{# The three stages in their order, and what is looked at in each. #}
{% set stages = [
    ('timeline', ['exposure', 'er_exposure', 'profile_visit_rate']),
    ('transition', ['ctr_exposure', 'sessions']),
    ('site', ['bounce_rate', 'dwell', 'lead_rate'])
] %}

with

weeks as (

    select * from {{ ref('int_account_weeks_rated') }}

),

placed as (

    {% for stage, measures in stages %}
    select
        *,
        {{ loop.index }} as stage_order,
        '{{ stage }}' as stage
    from weeks
    where measure in ('{{ measures | join("', '") }}')
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- a stage is as good as its worst figure
ranked as (

    select
        *,
        case when measure = 'bounce_rate' then -z else z end as goodness,
        row_number() over (
            partition by account_id, week_start, stage
            order by
                case when z is null then 1 else 0 end,
                case when measure = 'bounce_rate' then -z else z end,
                measure
        ) as place
    from placed

),

worst as (

    select
        *,
        min(case when standing = 'weak' then stage_order end) over (
            partition by account_id, week_start
        ) as first_weak_order
    from ranked
    where place = 1

)

select
    account_id,
    week_start as period_start,
    stage,
    cast(stage_order as bigint) as stage_order,
    brand_id,
    platform,
    metric_id,
    value,
    base,
    base_n,
    z,
    null_reason,
    standing,
    coalesce(stage_order = first_weak_order, false) as is_bottleneck
from worst
