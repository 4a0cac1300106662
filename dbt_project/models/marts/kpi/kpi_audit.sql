{% set stale_after_days = 92 %}
{% set criteria = [
    ('specific', 'warning', 'name a metric whose scope metrics.csv states', '対象範囲が定義された指標を選ぶ'),
    ('measurable', 'error', 'set a number in kpi_targets.csv, or put the KPI into the tree of its goal', '目標値を数値で設定する'),
    ('achievable', 'warning', 'take the next rung of kpi_progress as the target', '段階的な目標に置き換える'),
    ('relevant', 'warning', 'give the KPI a node in kpi_edges.csv under its goal', 'KGIにつながるツリーに入れる'),
    ('time_bound', 'error', 'give a target that holds today: its valid_to has passed or none was set', '期限のある目標を設定する'),
    ('followers_only', 'error', 'add a KPI that followers have to do, such as link_clicks', 'フォロワー数以外のKPIを加える'),
    ('vanity_goal', 'error', 'add what comes after exposure, such as link_clicks', 'インプレッションの先の指標を加える'),
    ('one_sided', 'warning', 'set a rate beside the volumes, or a volume beside the rates', '量と質の指標を組み合わせる'),
    ('stale_review', 'warning', 'review the goal and write it into kpi_revisions.csv', '定期的に見直して記録する'),
    ('hit_but_hollow', 'error', 'choose the KPI anew: it is met and its goal no longer follows', 'KGIに効かなくなったKPIを選び直す'),
] %}
with

chosen as (

    select * from {{ ref('int_kpis_chosen') }}

),

nodes as (

    select * from {{ ref('kpi_tree_nodes') }}

),

relations as (

    select * from {{ ref('kpi_relations') }}

),

quality as (

    select * from {{ ref('follower_quality') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

newest_nodes as (

    -- the node of a metric in the newest whole period of the goal, or in the running one
    select
        *,
        row_number() over (
            partition by brand_id, kgi_id, metric_id, period_type
            order by case when is_partial then 1 else 0 end, period_start desc, version desc, node_id asc
        ) as preference
    from nodes
    where metric_id is not null

),

newest_relations as (

    select
        *,
        row_number() over (
            partition by kgi_id, metric_id
            order by assessed_on desc, case when state = 'weak' then 0 else 1 end, related_metric_id asc
        ) as preference
    from relations

),

diluted as (

    select quality.brand_id
    from quality
    cross join reporting_window
    where
        (quality.is_dilution or quality.is_reach_decoupled)
        and quality.week_start > {{ add_days('reporting_window.last_date', -35) }}
    group by quality.brand_id

),

examined as (

    select
        chosen.*,
        newest_nodes.node_id,
        newest_nodes.actual,
        newest_nodes.status,
        coalesce(chosen.target_value, newest_nodes.target, newest_nodes.required) as number,
        coalesce(chosen.is_in_force, newest_nodes.target is not null or newest_nodes.required is not null, false)
            as has_number_today,
        newest_relations.state as relation,
        diluted.brand_id is not null as is_diluted
    from chosen
    left join newest_nodes
        on
            chosen.brand_id = newest_nodes.brand_id
            and chosen.kgi_id = newest_nodes.kgi_id
            and chosen.metric_id = newest_nodes.metric_id
            and chosen.period_type = newest_nodes.period_type
            and newest_nodes.preference = 1
    left join newest_relations
        on
            chosen.brand_id || '.' || chosen.kgi_id = newest_relations.kgi_id
            and chosen.metric_id = newest_relations.metric_id
            and newest_relations.preference = 1
    left join diluted on chosen.brand_id = diluted.brand_id

),

judged as (

    {% for criterion, severity, remedy_en, remedy_ja in criteria %}
    select
        *,
        '{{ criterion }}' as criterion,
        '{{ severity }}' as severity,
        '{{ remedy_en }}' as remedy_en,
        '{{ remedy_ja }}' as remedy_ja,
    {% if criterion == 'specific' %}
    case when kind in ('ratio', 'share') or scope_paid is not null then 'pass' else 'fail' end as verdict,
    'metric ' || metric_id || ', traffic ' || coalesce(scope_paid, 'by its two sides') as evidence
    {% elif criterion == 'measurable' %}
    case when number is null then 'fail' when actual is null and node_id is not null then 'fail' else 'pass' end
        as verdict,
    case
        when number is null then 'no number' else
            'number ' || cast(cast(number as decimal(28, 4)) as {{ dbt.type_string() }})
    end
    || case when actual is null then ', nothing measured' else ', measured' end as evidence
    {% elif criterion == 'achievable' %}
    case
        when number is null or coalesce(period_n, 0) < {{ kpi_fewest_periods() }} then 'unknown'
        when number <= usual_p90 then 'pass'
        else 'fail'
    end as verdict,
    cast(coalesce(period_n, 0) as {{ dbt.type_string() }}) || ' whole periods, nine in ten below '
    || coalesce(cast(cast(usual_p90 as decimal(28, 4)) as {{ dbt.type_string() }}), 'an unknown number') as evidence
    {% elif criterion == 'relevant' %}
    case when node_id is not null then 'pass' else 'fail' end as verdict,
    coalesce('node ' || node_id || ' of the tree', 'no way in the tree leads to the goal') as evidence
    {% elif criterion == 'time_bound' %}
    case when has_number_today then 'pass' else 'fail' end as verdict,
    case when has_number_today then 'a ' || period_type else 'no target holds today' end as evidence
    {% elif criterion == 'followers_only' %}
    case when follower_count = kpi_count then 'fail' else 'pass' end as verdict,
    cast(follower_count as {{ dbt.type_string() }})
    || ' of '
    || cast(kpi_count as {{ dbt.type_string() }})
    || ' KPIs count followers' as evidence
    {% elif criterion == 'vanity_goal' %}
    case when exposure_count = kpi_count and kgi_type <> 'awareness' then 'fail' else 'pass' end as verdict,
    cast(exposure_count as {{ dbt.type_string() }})
    || ' of '
    || cast(kpi_count as {{ dbt.type_string() }})
    || ' KPIs are exposure'
    || case when kgi_type = 'awareness' then ', which is the goal itself here' else '' end as evidence
    {% elif criterion == 'one_sided' %}
    case when kpi_count > 1 and rate_count in (0, kpi_count) then 'fail' else 'pass' end as verdict,
    cast(rate_count as {{ dbt.type_string() }})
    || ' of '
    || cast(kpi_count as {{ dbt.type_string() }})
    || ' KPIs are rates' as evidence
    {% elif criterion == 'stale_review' %}
    case when {{ days_between('reviewed_on', 'last_date') }} > {{ stale_after_days }} then 'fail' else 'pass' end
        as verdict,
    'last changed or reviewed on ' || cast(reviewed_on as {{ dbt.type_string() }}) as evidence
    {% else %}
    case
        when coalesce(status, 'unknown') <> 'met' then 'pass'
        when coalesce(relation, 'insufficient') = 'weak' or is_diluted then 'fail'
        when coalesce(relation, 'insufficient') = 'insufficient' then 'unknown'
        else 'pass'
    end as verdict,
    'KPI ' || coalesce(status, 'unknown') || ', relation ' || coalesce(relation, 'insufficient')
    || case when is_diluted then ', followers diluted' else '' end as evidence
    {% endif %}
    from examined
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    brand_id || '.' || kgi_id as kgi_id,
    kpi_id,
    criterion,
    brand_id,
    metric_id,
    verdict,
    case when verdict = 'fail' then severity end as severity,
    evidence,
    case when verdict = 'fail' then remedy_en end as remedy_en,
    case when verdict = 'fail' then remedy_ja end as remedy_ja
from judged
