with

posts as (

    select * from {{ ref('int_posts_compared') }}

),

baselines as (

    select * from {{ ref('post_baselines') }}

),

rules as (

    {{ rules_in_force('performance_rules') }}

),

scored as (

    select
        posts.*,
        rules.posts_least,
        rules.deviations_most,
        baselines.post_n as baseline_n,
        baselines.exposure_48h_median,
        baselines.exposure_48h_mad,
        case
            when baselines.post_n >= rules.posts_least
                then
                    0.6745 * (posts.exposure_48h - baselines.exposure_48h_median)
                    / nullif(baselines.exposure_48h_mad, 0)
        end as exposure_48h_z
    from posts
    cross join rules
    left join baselines
        on
            posts.account_id = baselines.account_id
            and case when not posts.is_reply then posts.format end = baselines.format
            and posts.published_week = baselines.week_start

)

select
    post_id,
    account_id,
    brand_id,
    platform,
    format,
    published_at,
    published_date,
    captured_at,
    age_hours,
    exposure_metric_id,
    exposure_to_date,
    views_to_date,
    reach_to_date,
    impressions_to_date,
    organic_impressions_to_date,
    case
        when impressions_to_date >= organic_impressions_to_date
            then impressions_to_date - organic_impressions_to_date
    end as promoted_impressions_to_date,
    promoted_views_to_date,
    case
        when impressions_to_date < organic_impressions_to_date then 'restated'
        when promoted_views_to_date is not null or organic_impressions_to_date is not null then 'split'
        else 'unknown'
    end as paid_split_status,
    engagements_to_date,
    organic_engagements_to_date,
    likes_to_date + comments_to_date + saves_to_date as engagements_basic_to_date,
    likes_to_date,
    comments_to_date,
    saves_to_date,
    shares_to_date,
    reposts_to_date,
    quotes_to_date,
    profile_visits_to_date,
    link_clicks_to_date,
    follows_to_date,
    followers_at_post,
    followers_date,
    {{ ratio('engagements_to_date', 'reach_to_date') }} as er_reach,
    {{ ratio('engagements_to_date', 'views_to_date') }} as er_views,
    {{ ratio('engagements_to_date', 'impressions_to_date') }} as er_impressions,
    {{ ratio('organic_engagements_to_date', 'organic_impressions_to_date') }} as er_organic_impressions,
    {{ ratio('engagements_to_date', 'followers_at_post') }} as er_followers_at_post,
    {{ ratio('saves_to_date', 'reach_to_date') }} as save_rate_reach,
    {{ ratio('saves_to_date', 'impressions_to_date') }} as save_rate_impressions,
    {{ ratio('link_clicks_to_date', 'impressions_to_date') }} as ctr_impressions,
    {{ ratio('profile_visits_to_date', 'impressions_to_date') }} as profile_visit_rate_impressions,
    {% for name in ['24h', '48h', '7d'] %}
    age_hours_{{ name }},
    exposure_{{ name }},
    engagements_{{ name }},
    {% endfor %}
    baseline_n,
    exposure_48h_median,
    exposure_48h_mad,
    exposure_48h_z,
    case
        when is_reply then 'not_compared'
        when exposure_48h is null and age_hours < 36 then 'pending'
        when exposure_48h is null then 'not_captured'
        when baseline_n < posts_least then 'too_few_posts'
        when exposure_48h_z > deviations_most then 'above'
        when exposure_48h_z < -deviations_most then 'below'
        when exposure_48h_z is null and exposure_48h <> exposure_48h_median then 'no_spread'
        else 'normal'
    end as normal_range_status
from scored
