with

source as (

    select * from {{ source('raw_instagram', 'period_reach') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,

        ---------- strings
        period_type,
        metric,

        ---------- numerics
        value,

        ---------- timestamps
        -- US Pacific days
        period_start,
        period_end,
        window_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
