with

source as (

    select * from {{ source('raw_instagram', 'followers_gained') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,

        ---------- numerics
        value as followers_gained,

        ---------- timestamps
        gained_date,
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
