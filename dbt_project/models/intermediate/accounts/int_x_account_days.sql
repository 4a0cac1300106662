{% set counters = [
    'impressions', 'engagements', 'likes', 'comments', 'saves', 'reposts', 'quotes', 'profile_visits', 'link_clicks'
] %}

with

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

increments as (

    select * from {{ ref('int_post_increments') }}

),

-- a day is known when the timeline was captured at its end, also when it held no post
captured_days as (

    select
        account_id,
        window_date as captured_date,
        captured_at
    from latest_captures
    where source = 'x' and stream = 'posts'

),

-- the total of a day is unknown as soon as one post's part of it is
summed as (

    select
        account_id,
        captured_date,
        {% for counter in counters %}
        cast(case when count(*) = count({{ counter }}) then sum({{ counter }}) end as bigint) as {{ counter }},
        {% endfor %}
        cast(count(*) as bigint) as post_count
    from increments
    where not is_repost
    group by account_id, captured_date

)

select
    captured_days.account_id,
    {{ add_days('captured_days.captured_date', -1) }} as date,
    captured_days.captured_at,
    {% for counter in counters %}
    case when summed.post_count is null then 0 else summed.{{ counter }} end as {{ counter }},
    {% endfor %}
    coalesce(summed.post_count, 0) as post_count
from captured_days
left join summed
    on
        captured_days.account_id = summed.account_id
        and captured_days.captured_date = summed.captured_date
