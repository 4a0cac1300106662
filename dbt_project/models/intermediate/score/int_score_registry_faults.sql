with

score_models as (

    select * from {{ ref('score_models') }}

),

signals as (

    select * from {{ ref('score_signals') }}

),

bands as (

    select * from {{ ref('score_bands') }}

),

actions as (

    select * from {{ ref('score_actions') }}

),

named_models as (

    select
        'score_signals.csv' as seed_file,
        signal_id as row_key,
        model_id,
        model_version
    from signals
    union all
    select
        'score_bands.csv' as seed_file,
        band as row_key,
        model_id,
        model_version
    from bands
    union all
    select
        'score_actions.csv' as seed_file,
        action_id as row_key,
        model_id,
        model_version
    from actions

),

steps as (

    -- bands and actions alike are stretches of one axis
    select
        'score_bands.csv' as seed_file,
        model_id,
        model_version,
        band as step_id,
        lower_incl,
        upper_excl
    from bands
    union all
    select
        'score_actions.csv' as seed_file,
        model_id,
        model_version,
        action_id as step_id,
        lower_incl,
        upper_excl
    from actions

),

bands_in_order as (

    select
        *,
        lag(upper_excl) over (partition by model_id, model_version order by lower_incl) as upper_before,
        row_number() over (partition by model_id, model_version order by lower_incl) as place,
        row_number() over (partition by model_id, model_version order by lower_incl desc) as place_from_top
    from bands

),

faults as (

    select
        'unknown_model' as fault,
        named_models.seed_file,
        named_models.model_id || ' ' || named_models.row_key as row_key,
        'there is no such model_id and model_version in score_models.csv' as explanation
    from named_models
    left join score_models
        on
            named_models.model_id = score_models.model_id
            and named_models.model_version = score_models.model_version
    where score_models.model_id is null

    union all

    select
        'overlapping_steps' as fault,
        steps.seed_file,
        steps.model_id || ' ' || steps.step_id as row_key,
        'it overlaps ' || others.step_id || ': lower_incl belongs to a step, upper_excl to the one above' as explanation
    from steps
    inner join steps as others
        on
            steps.seed_file = others.seed_file
            and steps.model_id = others.model_id
            and steps.model_version = others.model_version
            and steps.step_id <> others.step_id
            and steps.lower_incl >= others.lower_incl
            and (others.upper_excl is null or steps.lower_incl < others.upper_excl)

    union all

    select
        'gap_between_bands' as fault,
        'score_bands.csv' as seed_file,
        model_id || ' ' || band as row_key,
        'bands begin at 0, each where the one below ends, and the highest has no upper_excl' as explanation
    from bands_in_order
    where
        (place = 1 and lower_incl <> 0)
        or (place > 1 and (upper_before is null or upper_before <> lower_incl))
        or (place_from_top = 1 and upper_excl is not null)

    union all

    select
        'model_without_parts' as fault,
        'score_models.csv' as seed_file,
        score_models.model_id as row_key,
        'an active model has signals and bands' as explanation
    from score_models
    left join signals
        on
            score_models.model_id = signals.model_id
            and score_models.model_version = signals.model_version
    left join bands
        on
            score_models.model_id = bands.model_id
            and score_models.model_version = bands.model_version
    where score_models.status = 'active' and (signals.model_id is null or bands.model_id is null)

)

select * from faults
