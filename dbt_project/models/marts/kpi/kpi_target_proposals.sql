{% set growth = 0.1 %}
with

based as (

    select * from {{ ref('int_kpi_target_subjects') }}

),

correlated as (

    select * from {{ ref('int_kpi_targets_correlated') }}

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
                then (based.value_median - based.median_error) * (1 + {{ growth }})
        end as target_low,
        case
            when based.period_n >= {{ kpi_fewest_periods() }}
                then (based.value_median + based.median_error) * (1 + {{ growth }})
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
        case when based.period_n >= 4 then based.value_median - based.median_error end as target_low,
        case when based.period_n >= 4 then based.value_median + based.median_error end as target_high,
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
            when peers.metric_id is null then 'the platforms tell no such figure of others'
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

    select * from correlated

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
