with

source as (

    select * from {{ source('raw_x', 'users') }}

),

renamed as (

    select

        ---------- ids
        'x:' || account_id as account_id,

        ---------- strings
        username as handle,
        name as account_name,

        ---------- booleans
        is_protected,

        ---------- numerics
        followers_count as followers,
        following_count as following,
        tweet_count as posts_published,
        listed_count,

        ---------- timestamps
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
