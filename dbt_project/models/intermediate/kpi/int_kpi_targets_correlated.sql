with

based as (

    select * from {{ ref('int_kpi_target_subjects') }}

),

pairs as (

    select * from {{ ref('int_kpi_relation_pairs') }}

),

history as (

    select * from {{ ref('int_kpi_history') }}

),

targets as (

    select * from {{ ref('int_kpi_targets_spread') }}

),

relations as (

    select * from {{ ref('int_kpi_relations_judged') }}

),

goal_numbers as (

    select
        brand_id,
        kgi_id,
        metric_id,
        period_type,
        target,
        row_number() over (
            partition by brand_id, kgi_id, metric_id, period_type
            order by period_start desc
        ) as recency
    from targets

),

edges as (

    select
        pairs.brand_id,
        pairs.kgi_id,
        pairs.metric_id,
        pairs.related_metric_id,
        relations.elasticity,
        relations.elasticity_low,
        relations.elasticity_high,
        relations.state,
        relations.day_n,
        row_number() over (
            partition by pairs.brand_id, pairs.kgi_id, pairs.metric_id
            order by
                relations.assessed_on desc,
                case when relations.state = 'supported' then 0 else 1 end asc,
                pairs.related_metric_id asc
        ) as preference
    from pairs
    left join relations
        on
            pairs.brand_id = relations.brand_id
            and pairs.metric_id = relations.metric_id
            and pairs.related_metric_id = relations.related_metric_id
    where pairs.is_candidate

)

select
    based.*,
    'correlation' as method,
    based.value_mean as base,
    case
        when edges.state = 'supported' and goal_numbers.target > 0 and goals.value_mean > 0
            then based.value_mean * power(goal_numbers.target / goals.value_mean, 1 / nullif(edges.elasticity, 0))
    end as target,
    case
        when edges.state = 'supported' and goal_numbers.target > 0 and goals.value_mean > 0
            then based.value_mean * least(
                power(goal_numbers.target / goals.value_mean, 1 / nullif(edges.elasticity_high, 0)),
                power(goal_numbers.target / goals.value_mean, 1 / nullif(edges.elasticity_low, 0))
            )
    end as target_low,
    case
        when edges.state = 'supported' and goal_numbers.target > 0 and goals.value_mean > 0
            then based.value_mean * greatest(
                power(goal_numbers.target / goals.value_mean, 1 / nullif(edges.elasticity_high, 0)),
                power(goal_numbers.target / goals.value_mean, 1 / nullif(edges.elasticity_low, 0))
            )
    end as target_high,
    coalesce(edges.day_n, 0) as n,
    case
        when coalesce(edges.state, 'insufficient') <> 'supported' then coalesce(edges.state, 'insufficient')
        when goal_numbers.target > 0 and goals.value_mean > 0 and based.value_mean is not null then 'ready'
        else 'no_target'
    end as state,
    'what the goal needs by the measured elasticity; an association' as why
from based
inner join edges
    on
        based.brand_id = edges.brand_id
        and based.kgi_id = edges.kgi_id
        and based.metric_id = edges.metric_id
        and edges.preference = 1
left join goal_numbers
    on
        edges.brand_id = goal_numbers.brand_id
        and edges.kgi_id = goal_numbers.kgi_id
        and edges.related_metric_id = goal_numbers.metric_id
        and based.period_type = goal_numbers.period_type
        and goal_numbers.recency = 1
left join history as goals
    on
        edges.brand_id = goals.brand_id
        and edges.related_metric_id = goals.metric_id
        and based.period_type = goals.period_type
