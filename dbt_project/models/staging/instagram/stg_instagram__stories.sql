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
        slide_count,
        saved_count,
        shares_count,
        reposts_count,
        -- organic and promoted together, Facebook included; the insight of the same name without total_ is organic
        total_views_count,
        total_like_count,
        total_comments_count,

        ---------- booleans
        is_shared_to_feed,

        ---------- timestamps
        published_at,
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
