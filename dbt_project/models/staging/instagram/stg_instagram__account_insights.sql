with

source as (

    select * from {{ source('raw_instagram', 'account_insights') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,

        ---------- strings
        metric,
        dimension,
        -- a reel is REEL or REELS, by the age of the answer
        case lower(dimension_value) when 'reels' then 'reel' else lower(dimension_value) end as dimension_value,

        ---------- numerics
        value,

        ---------- timestamps
        -- a US Pacific day
        window_date as insight_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
