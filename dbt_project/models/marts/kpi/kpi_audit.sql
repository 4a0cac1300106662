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
        coalesce(newest_nodes.actual, chosen.value_last) as last_value,
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
        {{ kpi_verdict(criterion) }} as verdict,
        {{ kpi_evidence(criterion, 'en') }} as evidence,
        {{ kpi_evidence(criterion, 'ja') }} as evidence_ja
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
    evidence_ja,
    case when verdict = 'fail' then remedy_en end as remedy_en,
    case when verdict = 'fail' then remedy_ja end as remedy_ja
from judged
