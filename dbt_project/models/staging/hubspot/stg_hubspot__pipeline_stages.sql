with

source as (

    select * from {{ source('raw_hubspot', 'pipeline_stages') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by
                account_id,
                pipeline,
                stage
            order by
                captured_at desc,
                landing_file desc
        ) as recency
    from source

),

latest as (

    select * from ranked
    where recency = 1

),

renamed as (

    select

        ---------- ids
        'hubspot:' || account_id as account_id,
        pipeline,
        stage,

        ---------- strings
        label,

        ---------- numerics
        probability,

        ---------- booleans
        is_closed,
        is_closed and probability = 1 as is_won,

        ---------- capture
        captured_at,
        landing_file

    from latest

)

select * from renamed
