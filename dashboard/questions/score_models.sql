with

models as (

    select distinct
        model_id, model_version, entity_type, period_type, period_start, period_end, scale_max, is_partial
    from marts.engagement_scores

)

select * from models
order by entity_type <> 'customer', model_id, period_start desc, period_type
