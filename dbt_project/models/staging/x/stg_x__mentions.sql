with

source as (

    select * from {{ source('raw_x', 'mentions') }}

),

renamed as (

    select

        ---------- ids
        'x:' || account_id as account_id,
        post_id as native_post_id,
        author_key,

        ---------- strings
        referenced_type,
        hashtags,

        ---------- timestamps
        created_at as published_at,
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
