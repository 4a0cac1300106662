with

source as (

    select * from {{ source('raw_instagram', 'tagged_media') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,
        media_id,

        ---------- strings
        author_key,
        media_type,
        lower(media_product_type) as media_product_type,

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
