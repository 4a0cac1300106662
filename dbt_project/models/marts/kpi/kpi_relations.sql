with

pairs as (

    select * from {{ ref('int_kpi_relation_pairs') }}

),

judged as (

    select * from {{ ref('int_kpi_relations_judged') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

)

select
    pairs.brand_id || '.' || pairs.kgi_id as kgi_id,
    pairs.metric_id,
    pairs.related_metric_id,
    coalesce(judged.assessed_on, reporting_window.last_date) as assessed_on,
    pairs.brand_id,
    pairs.metric_group,
    pairs.is_edge,
    pairs.is_sibling,
    pairs.is_kpi,
    pairs.is_candidate,
    case
        when pairs.is_candidate then cast(row_number() over (
            partition by pairs.brand_id, pairs.kgi_id, judged.assessed_on
            order by
                case when pairs.is_candidate then 0 else 1 end,
                case when judged.state = 'supported' then 0 else 1 end,
                abs(coalesce(judged.r, 0)) desc,
                pairs.metric_id
        ) as bigint)
    end as candidate_rank,
    coalesce(judged.state, 'insufficient') as state,
    coalesce(judged.state = 'weak', false) as is_review_due,
    coalesce(judged.day_n, 0) as day_n,
    -- of few days no figure is shown, since it would be read as one
    {% for column, value in [
        ('expires_on', 'judged.expires_on'), ('lag_days', 'judged.lag_days'), ('scale', 'judged.scale'),
        ('r', 'judged.r'),
        ('r_low', fisher_r(fisher_z('judged.r') ~ ' - judged.z_error')),
        ('r_high', fisher_r(fisher_z('judged.r') ~ ' + judged.z_error')),
        ('spearman', 'judged.spearman'), ('elasticity', 'judged.elasticity'),
        ('elasticity_low', 'judged.elasticity_low'), ('elasticity_high', 'judged.elasticity_high'),
        ('unit_slope', 'judged.unit_slope'), ('r_reference', 'judged.r_reference'), ('r_recent', 'judged.r_recent'),
        ('r2_out_of_time', 'judged.r2_out_of_time')
    ] %}
    case when judged.state <> 'insufficient' then {{ value }} end as {{ column }},
    {% endfor %}
    'association' as claim_level
from pairs
cross join reporting_window
left join judged
    on
        pairs.brand_id = judged.brand_id
        and pairs.metric_id = judged.metric_id
        and pairs.related_metric_id = judged.related_metric_id
