{% set growth = 0.1 %}
{% set z = 1.96 %}
with

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

benchmarks as (

    select * from {{ ref('competitor_benchmarks') }}

),

backcast as (

    select * from {{ ref('kpi_backcast') }}

),

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

periods as (

    select 'week' as period_type
    union all
    select 'month' as period_type

),

subjects as (

    -- the goal's own metric, its KPIs and candidates
    select
        brand_id,
        kgi_id,
        metric_id
    from pairs
    where is_candidate
    union
    select
        brand_id,
        kgi_id,
        metric_id
    from targets

),

based as (

    select
        subjects.brand_id,
        subjects.kgi_id,
        subjects.metric_id,
        periods.period_type,
        coalesce(history.period_n, 0) as period_n,
        history.value_median,
        history.value_mean,
        history.value_sd
    from subjects
    cross join periods
    left join history
        on
            subjects.brand_id = history.brand_id
            and subjects.metric_id = history.metric_id
            and periods.period_type = history.period_type

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

),

peers as (

    select
        accounts.brand_id,
        benchmarks.metric_id,
        benchmarks.peer_n,
        benchmarks.value_mean,
        benchmarks.value_median,
        benchmarks.proposed_statistic,
        benchmarks.proposed_value,
        row_number() over (
            partition by accounts.brand_id, benchmarks.metric_id
            order by benchmarks.date desc, benchmarks.account_id asc
        ) as preference
    from benchmarks
    inner join accounts on benchmarks.account_id = accounts.account_id

),

proposed as (

    select
        based.*,
        'baseline' as method,
        based.value_median as base,
        case when based.period_n >= {{ kpi_fewest_periods() }} then based.value_median * (1 + {{ growth }}) end
            as target,
        case
            when based.period_n >= {{ kpi_fewest_periods() }}
                then
                    (based.value_median - {{ z }} * 1.2533 * based.value_sd / sqrt(greatest(based.period_n, 1)))
                    * (1 + {{ growth }})
        end as target_low,
        case
            when based.period_n >= {{ kpi_fewest_periods() }}
                then
                    (based.value_median + {{ z }} * 1.2533 * based.value_sd / sqrt(greatest(based.period_n, 1)))
                    * (1 + {{ growth }})
        end as target_high,
        based.period_n as n,
        case when based.period_n >= {{ kpi_fewest_periods() }} then 'ready' else 'too_few_periods' end as state,
        'median of the last whole periods plus 10 %' as why
    from based

    union all

    select
        based.*,
        'observe' as method,
        based.value_median as base,
        case when based.period_n >= 4 then based.value_median end as target,
        case
            when based.period_n >= 4
                then based.value_median - {{ z }} * 1.2533 * based.value_sd / sqrt(greatest(based.period_n, 1))
        end as target_low,
        case
            when based.period_n >= 4
                then based.value_median + {{ z }} * 1.2533 * based.value_sd / sqrt(greatest(based.period_n, 1))
        end as target_high,
        based.period_n as n,
        case when based.period_n >= 4 then 'ready' else 'observing' end as state,
        'run four weeks without a target, then take what was usual' as why
    from based
    where period_type = 'week'

    union all

    select
        based.*,
        'competitors' as method,
        peers.value_median as base,
        peers.proposed_value as target,
        least(peers.value_mean, peers.value_median) as target_low,
        greatest(peers.value_mean, peers.value_median) as target_high,
        coalesce(peers.peer_n, 0) as n,
        case
            when peers.metric_id is null then 'not_offered'
            when peers.proposed_value is null then 'too_few_peers'
            else 'ready'
        end as state,
        case
            when peers.proposed_statistic = 'median' then 'median: the mean is pulled by the largest peer'
            when peers.proposed_statistic = 'mean' then 'mean of peers of like size'
            else 'at least three peers with a public figure are needed'
        end as why
    from based
    left join peers
        on
            based.brand_id = peers.brand_id
            and based.metric_id = peers.metric_id
            and peers.preference = 1
    where based.period_type = 'month'

    union all

    select
        based.*,
        'backcast' as method,
        backcast.have as base,
        backcast.required as target,
        backcast.required_low as target_low,
        backcast.required_high as target_high,
        backcast.step_order as n,
        case when backcast.required is null then 'no_target' else 'ready' end as state,
        'what the goal needs of this step at the rates between' as why
    from based
    inner join backcast
        on
            based.brand_id || '.' || based.kgi_id = backcast.kgi_id
            and based.metric_id = backcast.step
            and based.period_type = backcast.period_type
    where backcast.kind = 'goal' and backcast.step_order > 1

    union all

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

)

select
    brand_id || '.' || kgi_id as kgi_id,
    metric_id,
    period_type,
    method,
    brand_id,
    state,
    base,
    target,
    target_low,
    target_high,
    cast(n as bigint) as n,
    {{ kpi_p_hit('target', 'value_mean', 'value_sd', 'period_n') }} as hit_probability,
    coalesce({{ kpi_p_hit('target', 'value_mean', 'value_sd', 'period_n') }} < {{ kpi_too_high_below() }}, false)
        as is_too_high,
    why
from proposed
