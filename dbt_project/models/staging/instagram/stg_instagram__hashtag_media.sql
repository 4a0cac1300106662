with

source as (

    select * from {{ source('raw_instagram', 'hashtag_media') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,
        media_id,

        ---------- strings
        hashtag,
        media_type,

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
