with

source as (

    select * from {{ source('raw_files', 'x_post_analytics') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by post_id
            order by
                file desc,
                line desc
        ) as recency
    from source

),

latest as (

    select * from ranked
    where recency = 1

),

renamed as (

    select

        ---------- ids
        post_id as native_post_id,

        ---------- strings
        lower(split_part(post_link, '/', 4)) as handle,

        ---------- counters to date
        impression_count,
        like_count,
        reply_count,
        repost_count,
        bookmark_count,
        engagement_count,
        share_count,
        follow_count,
        profile_visit_count,
        url_click_count,
        detail_expand_count,
        hashtag_click_count,
        permalink_click_count,

        ---------- timestamps
        published_date,
        -- the last day of the export stands in the file's name, before the instant and hash of its archive
        try_cast(substr(file, length(file) - 53, 10) as date) as counted_through,

        ---------- origin
        file,
        line

    from latest

)

select * from renamed
