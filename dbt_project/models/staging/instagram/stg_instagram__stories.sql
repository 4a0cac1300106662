with

source as (

    select * from {{ source('raw_instagram', 'stories') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,
        media_id,

        ---------- strings
        caption,
        media_type,
        media_product_type,
        permalink,

        ---------- numerics
        like_count,
        comments_count,

        ---------- timestamps
        published_at,
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
