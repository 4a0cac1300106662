with

source as (

    select * from {{ source('raw_instagram', 'story_insights') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,
        media_id,

        ---------- strings
        metric,
        dimension,
        -- documented in upper case, sent in lower case
        lower(dimension_value) as dimension_value,

        ---------- numerics
        value,

        ---------- timestamps
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
