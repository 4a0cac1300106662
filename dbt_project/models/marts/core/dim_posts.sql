with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

described as (

    select * from {{ ref('int_posts_described') }}

),

localised as (

    select
        described.*,
        accounts.brand_id,
        accounts.brand_zone as day_zone,
        {{ local_time('described.published_at', 'accounts.brand_zone') }} as published_local
    from described
    inner join accounts
        on described.account_id = accounts.account_id

)

select
    post_id,
    account_id,
    brand_id,
    platform,
    native_post_id,
    published_at,
    cast(published_local as date) as published_date,
    {{ iso_weekday('cast(published_local as date)') }} as published_weekday,
    cast(extract(hour from published_local) as bigint) as published_hour,
    day_zone,
    surface,
    format,
    has_media,
    hashtags,
    link_url,
    -- what the site sees of a click: the link's own tag, else the id by which links are tagged
    coalesce({{ url_parameter('link_url', 'utm_content') }}, native_post_id) as utm_content,
    permalink,
    text,
    is_repost,
    not is_repost as is_own,
    is_reply,
    last_captured_at,
    withdrawn_date,
    case when withdrawn_date is not null then 'withdrawn' end as null_reason
from localised
