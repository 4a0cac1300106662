with

scores as (

    select * from {{ ref('engagement_scores') }}

),

levels as (

    {% for level, segment in [('whole', "'all'"), ('segment', 'band')] %}
    select
        model_id,
        model_version,
        entity_type,
        period_type,
        period_start,
        '{{ level }}' as level,
        {{ segment }} as segment,
        score,
        scale_max,
        is_partial
    from scores
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    model_id,
    model_version,
    entity_type,
    period_type,
    period_start,
    level,
    segment,
    count(*) as n,
    cast(
        cast(sum(cast(score as decimal(28, 6))) as double) / cast(count(*) as double) as double
    ) as score_mean,
    cast(percentile_cont(0.25) within group (order by score) as double) as score_p25,
    cast(percentile_cont(0.5) within group (order by score) as double) as score_median,
    cast(percentile_cont(0.75) within group (order by score) as double) as score_p75,
    cast(percentile_cont(0.9) within group (order by score) as double) as score_p90,
    max(scale_max) as scale_max,
    max(case when is_partial then 1 else 0 end) = 1 as is_partial
from levels
group by model_id, model_version, entity_type, period_type, period_start, level, segment
