with

source as (

    select * from {{ source('raw_youtube', 'videos') }}

),

renamed as (

    select

        ---------- ids
        'youtube:' || account_id as account_id,
        'youtube:' || video_id as video_id,

        ---------- strings
        title,
        duration as duration_iso,

        ---------- numerics
        view_count as views_to_date,
        like_count as likes_to_date,
        comment_count as comments_to_date,

        ---------- timestamps
        published_at,

        ---------- capture
        window_date as captured_date,
        captured_at,
        landing_file

    from source

)

select * from renamed
