{% set counters = [
    'impressions', 'engagements', 'likes', 'comments', 'reposts', 'saves', 'profile_visits', 'link_clicks'
] %}

with

exported as (

    select * from {{ ref('stg_files__x_post_analytics') }}

),

versions as (

    select
        native_post_id,
        min(first_native_post_id) as first_native_post_id
    from {{ ref('stg_x__posts') }}
    group by native_post_id

),

-- an edit makes a new id; the newest version of a chain that was exported speaks for the post
identified as (

    select
        exported.*,
        'x:' || coalesce(versions.first_native_post_id, exported.native_post_id) as post_id,
        row_number() over (
            partition by coalesce(versions.first_native_post_id, exported.native_post_id)
            order by
                length(exported.native_post_id) desc,
                exported.native_post_id desc
        ) as newness
    from exported
    left join versions
        on exported.native_post_id = versions.native_post_id

),

posts as (

    select * from {{ ref('int_posts_described') }}

),

accounts as (

    select * from {{ ref('stg_registry__accounts') }}
    where source = 'x'

),

snapshots as (

    select * from {{ ref('fct_post_snapshots') }}

),

-- of the captures up to the midnight that ends the export's last day, the newest
captured as (

    select
        identified.post_id,
        snapshots.captured_date,
        {% for counter in counters %}
        snapshots.{{ counter }}_to_date as api_{{ counter }},
        {% endfor %}
        row_number() over (
            partition by identified.post_id
            order by snapshots.captured_date desc
        ) as recency
    from identified
    inner join snapshots
        on
            identified.post_id = snapshots.post_id
            and (
                identified.counted_through is null
                or snapshots.captured_date <= {{ dbt.dateadd('day', 1, 'identified.counted_through') }}
            )
    where identified.newness = 1 and snapshots.impressions_to_date is not null

),

paired as (

    select
        identified.post_id,
        coalesce(posts.account_id, accounts.account_id) as account_id,
        coalesce(identified.published_date, cast(posts.published_at as date)) as published_date,
        identified.counted_through,
        captured.captured_date as api_captured_date,
        -- of two counts the later one; of two of the same midnight that of the API, which says which part is organic
        case
            when captured.post_id is null then 'csv'
            when captured.captured_date <= identified.counted_through then 'csv'
            else 'api'
        end as source_used,
        identified.impression_count as csv_impressions,
        identified.engagement_count as csv_engagements,
        identified.like_count as csv_likes,
        identified.reply_count as csv_comments,
        identified.repost_count as csv_reposts,
        identified.bookmark_count as csv_saves,
        identified.profile_visit_count as csv_profile_visits,
        identified.url_click_count as csv_link_clicks,
        {% for counter in counters %}
        captured.api_{{ counter }},
        {% endfor %}
        identified.follow_count as follows_to_date
    from identified
    left join captured
        on identified.post_id = captured.post_id and captured.recency = 1
    left join posts
        on identified.post_id = posts.post_id
    left join accounts
        on identified.handle = lower(accounts.handle)
    where identified.newness = 1

)

select
    post_id,
    account_id,
    published_date,
    counted_through,
    api_captured_date,
    source_used,
    csv_impressions - api_impressions as source_diff,
    {% for counter in counters %}
    case
        when source_used = 'api' then coalesce(api_{{ counter }}, csv_{{ counter }})
        else coalesce(csv_{{ counter }}, api_{{ counter }})
    end as {{ counter }}_to_date,
    {% endfor %}
    {% for counter in counters[1:] %}
    csv_{{ counter }} - api_{{ counter }} as {{ counter }}_diff,
    {% endfor %}
    follows_to_date
from paired
