with

source as (

    select * from {{ source('raw_x', 'posts') }}

),

renamed as (

    select

        ---------- ids
        'x:' || account_id as account_id,
        post_id as native_post_id,
        -- an edit makes a new id; the chain is one post
        coalesce(first_post_id, post_id) as first_native_post_id,
        conversation_id,
        in_reply_to_user_id,

        ---------- strings
        text,
        referenced_type,
        media_type,
        lower(hashtags) as hashtags,
        link_url,
        withheld_countries,
        -- how the promoted part is known: X leaves its own figure out, or tells zero of a boosted post
        case
            when referenced_type = 'retweeted' or organic_impression_count is null then 'unknown'
            when promoted_impression_count > 0 then 'reported'
            else 'derived'
        end as paid_split_status,

        ---------- counters to date
        public_retweet_count,
        public_reply_count,
        public_like_count,
        public_quote_count,
        public_bookmark_count,
        public_impression_count,
        non_public_impression_count,
        non_public_engagements,
        non_public_user_profile_clicks,
        non_public_url_link_clicks,
        organic_impression_count,
        organic_like_count,
        organic_reply_count,
        organic_retweet_count,
        organic_user_profile_clicks,
        organic_url_link_clicks,
        promoted_impression_count,
        promoted_like_count,
        promoted_reply_count,
        promoted_retweet_count,
        promoted_user_profile_clicks,
        promoted_url_link_clicks,
        -- public less organic: mostly promoted, but X names no cause of the difference
        case
            when referenced_type = 'retweeted' then cast(null as bigint)
            when public_impression_count < organic_impression_count then cast(0 as bigint)
            else public_impression_count - organic_impression_count
        end as non_organic_impression_count,
        version_count,

        ---------- booleans
        coalesce(referenced_type = 'retweeted', false) as is_repost,
        coalesce(version_count > 1, false) as is_edited,
        coalesce(withheld_countries <> '', false) as is_withheld,

        ---------- timestamps
        created_at as published_at,
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
