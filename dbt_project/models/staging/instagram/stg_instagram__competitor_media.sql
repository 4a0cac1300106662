with

source as (

    select * from {{ source('raw_instagram', 'competitor_media') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,
        media_id,

        ---------- strings
        handle,
        media_type,
        lower(media_product_type) as media_product_type,

        ---------- numerics
        like_count,
        comments_count,
        view_count,

        ---------- timestamps
        published_at,
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
