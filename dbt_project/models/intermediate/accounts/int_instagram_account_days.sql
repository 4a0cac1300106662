with

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

account_insights as (

    select * from {{ ref('stg_instagram__account_insights') }}

),

latest as (

    select account_insights.*
    from account_insights
    inner join latest_captures
        on
            account_insights.account_id = latest_captures.account_id
            and account_insights.insight_date = latest_captures.window_date
            and account_insights.landing_file = latest_captures.landing_file

),

pivoted as (

    select
        account_id,
        insight_date as date,
        max(captured_at) as captured_at,
        {% for metric in [
            'reach', 'views', 'total_interactions', 'accounts_engaged', 'likes', 'comments', 'saves', 'shares',
            'reposts', 'profile_views', 'website_clicks'
        ] %}
        cast(max(case when metric = '{{ metric }}' and dimension is null then value end) as bigint) as {{ metric }},
        {% endfor %}
        {% for metric in ['reach', 'views', 'follows_and_unfollows'] %}
        {% for follow_type in ['follower', 'non_follower'] %}
        cast(
            max(
                case
                    when
                        metric = '{{ metric }}'
                        and dimension = 'follow_type'
                        and dimension_value = '{{ follow_type }}'
                        then value
                end
            ) as bigint
        ) as {{ metric }}_{{ follow_type }},
        {% endfor %}
        {% endfor %}
        -- published with nothing in it is zero, of both sides or of the one that is not named
        max(case when metric = 'follows_and_unfollows' and dimension = 'follow_type' then 0 end) as no_follows,
        cast(count(*) as bigint) as row_count
    from latest
    group by account_id, insight_date

)

select
    account_id,
    date,
    captured_at,
    -- figures move for 48 hours after the Pacific day has ended
    captured_at >= {{ settles_at('date', "'America/Los_Angeles'") }} as is_settled,
    reach,
    views,
    total_interactions as engagements,
    accounts_engaged,
    likes,
    comments,
    saves,
    shares,
    reposts,
    profile_views as profile_visits,
    website_clicks as link_clicks,
    -- the breakdown of follows_and_unfollows names those who came FOLLOWER and those who left NON_FOLLOWER
    cast(coalesce(follows_and_unfollows_follower, no_follows) as bigint) as followers_gained,
    cast(coalesce(follows_and_unfollows_non_follower, no_follows) as bigint) as followers_lost,
    reach_follower as reach_followers,
    reach_non_follower as reach_non_followers,
    views_follower as views_followers,
    views_non_follower as views_non_followers
from pivoted
