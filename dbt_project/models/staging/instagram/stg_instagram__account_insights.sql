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
        lower(dimension_value) as dimension_value,

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
