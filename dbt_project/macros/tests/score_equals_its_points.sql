{# Every score is the sum of its ledger, and every ledger has a score. #}
{% test score_equals_its_points(model) %}
with

ledger as (

    select
        model_id,
        model_version,
        entity_type,
        entity_id,
        period_type,
        period_start,
        sum(points) as points
    from {{ ref('engagement_score_contributions') }}
    group by model_id, model_version, entity_type, entity_id, period_type, period_start

)

select
    coalesce(scores.entity_id, ledger.entity_id) as entity_id,
    scores.score,
    ledger.points
from {{ model }} as scores
full outer join ledger
    on
        scores.model_id = ledger.model_id
        and scores.model_version = ledger.model_version
        and scores.entity_type = ledger.entity_type
        and scores.entity_id = ledger.entity_id
        and scores.period_type = ledger.period_type
        and scores.period_start = ledger.period_start
where scores.score is null or ledger.points is null or abs(scores.score - ledger.points) > 1e-9
{% endtest %}
