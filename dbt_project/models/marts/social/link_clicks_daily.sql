with

account_days as (

    select * from {{ ref('int_account_days') }}

),

increments as (

    select * from {{ ref('int_post_increments') }}
    where not is_repost

),

posts as (

    select * from {{ ref('int_posts_described') }}

),

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

-- the profile's own link, which Instagram counts for the account
profile_clicks as (

    select
        account_id,
        date,
        'profile' as placement,
        account_id as target_id,
        cast(null as {{ dbt.type_string() }}) as post_id,
        day_zone,
        link_clicks,
        cast(null as bigint) as impressions
    from account_days
    where platform = 'instagram' and link_clicks is not null

),

post_clicks as (

    select
        increments.account_id,
        increments.date,
        case
            when posts.surface = 'story' then 'story'
            when posts.surface = 'timeline' then 'post'
            else 'unknown'
        end as placement,
        increments.post_id as target_id,
        increments.post_id,
        'UTC' as day_zone,
        increments.link_clicks,
        increments.impressions
    from increments
    left join posts
        on increments.post_id = posts.post_id
    where increments.link_clicks is not null

),

unioned as (

    select * from profile_clicks

    union all

    select * from post_clicks

)

select
    unioned.account_id,
    unioned.date,
    unioned.placement,
    unioned.target_id,
    unioned.post_id,
    accounts.brand_id,
    accounts.platform,
    unioned.day_zone,
    unioned.link_clicks,
    unioned.impressions,
    {{ ratio('unioned.link_clicks', 'unioned.impressions') }} as ctr_impressions
from unioned
inner join accounts
    on unioned.account_id = accounts.account_id
