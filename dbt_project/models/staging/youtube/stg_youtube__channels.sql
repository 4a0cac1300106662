with

source as (

    select * from {{ source('raw_youtube', 'channels') }}

),

renamed as (

    select

        ---------- ids
        'youtube:' || account_id as account_id,
        channel_id,

        ---------- strings
        title,
        handle,

        ---------- numerics
        subscriber_count as subscribers,
        view_count as views_to_date,
        video_count as videos_published,

        ---------- timestamps
        created_at,

        ---------- capture
        window_date as captured_date,
        captured_at,
        landing_file

    from source

)

select * from renamed
