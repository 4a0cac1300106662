with

source as (

    select * from {{ source('raw_files', 'survey_responses') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by response_id, question_id
            order by
                file desc,
                line desc
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
        response_id,
        entity_id,
        question_id,

        ---------- strings
        entity_type,
        lower(survey) as survey,
        department,

        ---------- numerics
        score,

        ---------- timestamps
        responded_at,

        ---------- origin
        file,
        line

    from latest

)

select * from renamed
