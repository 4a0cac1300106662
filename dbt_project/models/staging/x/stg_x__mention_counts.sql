with

source as (

    select * from {{ source('raw_x', 'mention_counts') }}

),

renamed as (

    select

        ---------- ids
        'x:' || account_id as account_id,

        ---------- numerics
        mention_count,

        ---------- timestamps
        started_at,
        ended_at,
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
