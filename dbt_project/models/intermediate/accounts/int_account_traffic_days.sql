{% set counters = ['exposure', 'engagements', 'link_clicks'] %}

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

increments as (

    select * from {{ ref('int_post_increments') }}
    where not is_repost

),

parted as (

    select
        account_id,
        date,
        organic_impressions as organic_exposure,
        coalesce(promoted_views, impressions - organic_impressions) as promoted_exposure,
        organic_engagements,
        case when impressions is not null then engagements - organic_engagements end as promoted_engagements,
        organic_link_clicks,
        case when impressions is not null then link_clicks - organic_link_clicks end as promoted_link_clicks
    from increments

),

-- the total of a day is unknown as soon as one post's part of it is
summed as (

    select
        account_id,
        date,
        {% for traffic in ['organic', 'promoted'] %}
        {% for counter in counters %}
        cast(
            case when count(*) = count({{ traffic }}_{{ counter }}) then sum({{ traffic }}_{{ counter }}) end as bigint
        ) as {{ traffic }}_{{ counter }},
        {% endfor %}
        {% endfor %}
        cast(count(*) as bigint) as post_count
    from parted
    group by account_id, date

)

-- Instagram tells the organic day of the account itself; what promotion brought is known post by post
select
    account_days.account_id,
    account_days.brand_id,
    account_days.platform,
    account_days.date,
    {% for counter, told in [('exposure', 'views'), ('engagements', 'engagements'), ('link_clicks', 'link_clicks')] %}
    case
        when account_days.platform = 'instagram' then account_days.{{ told }}
        when summed.post_count is null then 0
        else summed.organic_{{ counter }}
    end as organic_{{ counter }},
    case when summed.post_count is null then 0 else summed.promoted_{{ counter }} end as promoted_{{ counter }},
    {% endfor %}
    coalesce(summed.post_count, 0) as post_count
from account_days
left join summed
    on
        account_days.account_id = summed.account_id
        and account_days.date = summed.date
where account_days.is_captured
