with

source as (

    select * from {{ source('raw_instagram', 'accounts') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,

        ---------- strings
        username as handle,
        name as account_name,

        ---------- numerics
        followers_count as followers,
        follows_count as following,
        media_count as posts_published,

        ---------- timestamps
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
