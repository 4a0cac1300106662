-- Its figures are fitted on the candidate (orchestration/scoring/calibration.py); here stand their names, types and
-- where they come from.
-- depends_on: {{ ref('engagement_scores') }}, {{ ref('fct_entity_events') }}, {{ ref('fct_conversions') }}
select
    {% for column in ['model_id', 'outcome', 'signal_id', 'verdict', 'claim_level', 'inputs_hash'] -%}
    cast(null as {{ dbt.type_string() }}) as {{ column }},
    {% endfor -%}
    {% for column in [
        'model_version', 'champion_version', 'horizon_days', 'n', 'outcome_n', 'predictive_rank', 'reach_n'
    ] -%}
    cast(null as bigint) as {{ column }},
    {% endfor -%}
    {% for figure in ['auc', 'lift_top_decile', 'brier', 'importance', 'auc_gain'] -%}
    cast(null as double) as {{ figure }},
    cast(null as double) as {{ figure }}_low,
    cast(null as double) as {{ figure }}_high,
    {% endfor -%}
    cast(null as double) as reach_share,
    {% for column in ['trained_from', 'trained_through', 'tested_from', 'tested_through'] -%}
    cast(null as date) as {{ column }},
    {% endfor -%}
    cast(null as boolean) as are_bands_monotone,
    cast(null as boolean) as may_be_promoted
from {{ ref('engagement_score_contributions') }}
where false
