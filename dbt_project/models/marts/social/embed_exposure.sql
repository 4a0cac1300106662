with

embeds as (

    select * from {{ ref('embeds') }}

),

posts as (

    select * from {{ ref('dim_posts') }}

),

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

pages as (

    select
        pages.account_id,
        pages.page_path,
        pages.date,
        cast(sum(pages.page_views) as bigint) as page_views
    from {{ ref('stg_ga4__pages') }} as pages
    inner join latest_captures
        on
            pages.account_id = latest_captures.account_id
            and pages.date = latest_captures.window_date
            and pages.landing_file = latest_captures.landing_file
    group by pages.account_id, pages.page_path, pages.date

)

select
    embeds.post_id,
    embeds.page_path,
    pages.date,
    posts.account_id,
    posts.brand_id,
    cast(sum(pages.page_views) as bigint) as page_views,
    cast(sum(pages.page_views) as bigint) as impressions_most
from embeds
inner join posts
    on embeds.post_id = posts.post_id
inner join accounts
    on posts.brand_id = accounts.brand_id
inner join pages
    on
        accounts.account_id = pages.account_id
        and embeds.page_path = pages.page_path
        and embeds.valid_from <= pages.date
        and (embeds.valid_to is null or embeds.valid_to > pages.date)
group by
    embeds.post_id,
    embeds.page_path,
    pages.date,
    posts.account_id,
    posts.brand_id
