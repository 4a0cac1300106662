{% set metrics = [
    'followers', 'followers_net', 'followers_gained', 'followers_lost', 'reach', 'reach_followers',
    'reach_non_followers', 'views', 'views_followers', 'views_non_followers', 'impressions', 'engagements',
    'accounts_engaged', 'likes', 'comments', 'saves', 'shares', 'reposts', 'quotes', 'advocacy_reposts',
    'profile_visits', 'link_clicks'
] %}

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

metrics as (

    select * from {{ ref('int_metrics_current') }}

),

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

insight_refusals as (

    select * from {{ ref('stg_instagram__account_insight_refusals') }}

),

-- under the name that seeds/metrics gives the metric
refusals_named as (

    select
        insight_refusals.account_id,
        insight_refusals.insight_date,
        case
            when insight_refusals.metric = 'saves' then 'saved / saves'
            when insight_refusals.metric = 'follows_and_unfollows' or insight_refusals.dimension is null
                then insight_refusals.metric
            else insight_refusals.metric || ' by ' || insight_refusals.dimension
        end as instagram_name,
        insight_refusals.null_reason
    from insight_refusals
    inner join latest_captures
        on
            insight_refusals.account_id = latest_captures.account_id
            and insight_refusals.insight_date = latest_captures.window_date
            and insight_refusals.landing_file = latest_captures.landing_file

),

refused as (

    select
        account_id,
        insight_date,
        instagram_name,
        max(null_reason) as null_reason
    from refusals_named
    group by account_id, insight_date, instagram_name

),

unpivoted as (

    {% for metric in metrics %}
    select
        account_id,
        brand_id,
        platform,
        date,
        day_zone,
        is_captured,
        is_settled,
        followers,
        '{{ metric }}' as metric_id,
        cast({{ metric }} as decimal(28, 6)) as value
    from account_days
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    unpivoted.account_id,
    unpivoted.brand_id,
    unpivoted.platform,
    unpivoted.date,
    unpivoted.day_zone,
    unpivoted.metric_id,
    unpivoted.value,
    unpivoted.is_settled,
    case
        when unpivoted.platform = 'instagram' then metrics.instagram_name
        else metrics.x_name
    end is not null as is_offered,
    case
        when unpivoted.value is not null then cast(null as {{ dbt.type_string() }})
        when unpivoted.platform = 'instagram' and metrics.instagram_name is null then 'not_offered'
        when unpivoted.platform = 'x' and metrics.x_name is null then 'not_offered'
        when metrics.metric_id in ('followers_gained', 'followers_lost') and unpivoted.followers < 100
            then 'min_100_followers'
        when refused.null_reason is not null then refused.null_reason
        -- a level or a lifetime counter can be read at its moment only
        when unpivoted.platform = 'x' or metrics.metric_id in ('followers', 'followers_net') then 'expired'
        when not unpivoted.is_captured then 'no_source'
        when not unpivoted.is_settled then 'pending_settlement'
        else 'not_offered'
    end as null_reason
from unpivoted
left join metrics
    on unpivoted.metric_id = metrics.metric_id
left join refused
    on
        unpivoted.account_id = refused.account_id
        and unpivoted.date = refused.insight_date
        and metrics.instagram_name = refused.instagram_name
