with

source as (

    select * from {{ source('raw_instagram', 'followers_online') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,

        ---------- numerics
        hour,
        value as followers_online,

        ---------- timestamps
        online_date,
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
