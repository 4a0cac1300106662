with

source as (

    select * from {{ source('raw_instagram', 'audience') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,

        ---------- strings
        metric,
        timeframe,
        dimension,
        age,
        lower(gender) as gender,
        city,
        country,
        -- asked for and answered without groups: too few followers, or too few people who engaged
        case
            when value is null and metric = 'follower_demographics' then 'min_100_followers'
            when value is null then 'not_enough_viewers'
        end as null_reason,

        ---------- numerics
        value as people,

        ---------- timestamps
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
