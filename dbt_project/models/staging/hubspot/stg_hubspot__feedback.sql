with

source as (

    select * from {{ source('raw_hubspot', 'feedback') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by account_id, feedback_id
            order by
                modified_at desc,
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
        feedback_id,
        contact_id,
        survey_id,

        ---------- strings
        lower(survey_type) as survey,
        lower(response_group) as response_group,

        ---------- numerics
        score,

        ---------- timestamps
        submitted_at,
        modified_at,

        ---------- capture
        captured_at,
        landing_file

    from latest

)

select * from renamed
