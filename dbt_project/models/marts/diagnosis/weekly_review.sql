{# The last quarter: a routine of the week is not held over years. #}
{% set weeks_reviewed = 13 %}

with

weeks as (

    select * from {{ ref('int_account_weeks_rated') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

increments as (

    select * from {{ ref('fct_post_daily') }}

),

posts as (

    select * from {{ ref('dim_posts') }}
    where is_own

),

review_steps as (

    select * from {{ ref('review_steps') }}

),

-- what each post gained within the week
gained as (

    select
        posts.account_id,
        posts.brand_id,
        posts.platform,
        {{ period_start('week', 'increments.date') }} as week_start,
        posts.post_id,
        posts.published_at,
        posts.published_weekday,
        posts.published_hour,
        posts.has_media,
        cast(sum(coalesce(increments.views, increments.impressions)) as bigint) as exposure,
        cast(sum(increments.engagements) as bigint) as engagements,
        cast(sum(increments.link_clicks) as bigint) as link_clicks
    from increments
    cross join reporting_window
    inner join posts
        on increments.post_id = posts.post_id
    where
        increments.date >= {{ add_days(period_start('week', 'reporting_window.last_date'), -7 * weeks_reviewed) }}
    group by
        posts.account_id,
        posts.brand_id,
        posts.platform,
        {{ period_start('week', 'increments.date') }},
        posts.post_id,
        posts.published_at,
        posts.published_weekday,
        posts.published_hour,
        posts.has_media

),

slots as (

    select
        account_id,
        week_start,
        published_weekday,
        published_hour,
        row_number() over (
            partition by account_id, week_start
            order by
                sum(exposure) desc,
                published_weekday asc,
                published_hour asc
        ) as place
    from gained
    where exposure is not null
    group by account_id, week_start, published_weekday, published_hour

),

ranked as (

    select
        *,
        cast(
            sum(case when has_media then exposure else 0 end) over (partition by account_id, week_start) as bigint
        ) as exposure_with_media,
        cast(sum(exposure) over (partition by account_id, week_start) as bigint) as exposure_of_posts,
        row_number() over (
            partition by account_id, week_start
            order by
                exposure desc,
                published_at asc,
                post_id asc
        ) as place
    from gained
    where exposure is not null

),

outcomes as (

    select
        {% for measure in ['sessions', 'leads'] %}
        cast(max(case when measure = '{{ measure }}' then value end) as bigint) as {{ measure }},
        {% endfor %}
        account_id,
        week_start
    from weeks
    group by account_id, week_start

),

tops as (

    select
        ranked.*,
        slots.published_weekday as leading_weekday,
        slots.published_hour as leading_hour,
        outcomes.sessions,
        outcomes.leads
    from ranked
    inner join outcomes
        on
            ranked.account_id = outcomes.account_id
            and ranked.week_start = outcomes.week_start
    inner join slots
        on
            ranked.account_id = slots.account_id
            and ranked.week_start = slots.week_start
            and slots.place = 1
    where ranked.place = 1

)

select
    tops.account_id,
    tops.week_start,
    review_steps.step,
    tops.brand_id,
    tops.platform,
    review_steps.screen,
    review_steps.minutes_budget,
    review_steps.question_en,
    review_steps.question_ja,
    tops.post_id,
    case when review_steps.step <= 2 then tops.exposure end as exposure,
    {% for step, columns in [
        (1, ['exposure_of_posts', 'exposure_with_media', 'leading_weekday', 'leading_hour']),
        (2, ['engagements', 'link_clicks']),
        (3, ['sessions', 'leads'])
    ] %}
    {% for column in columns %}
    case when review_steps.step = {{ step }} then tops.{{ column }} end as {{ column }},
    {% endfor %}
    {% endfor %}
    case when review_steps.step = 2 then {{ ratio('tops.engagements', 'tops.exposure') }} end as er_exposure,
    case when review_steps.step = 2 then {{ ratio('tops.link_clicks', 'tops.exposure') }} end as ctr_exposure,
    case review_steps.step
        when 1 then 'Shown most: ' || tops.post_id || ', ' || tops.exposure || ' times.'
        when 2
            then
                'Reactions: ' || coalesce(cast(tops.engagements as {{ dbt.type_string() }}), 'not told')
                || '. Link clicks: ' || coalesce(cast(tops.link_clicks as {{ dbt.type_string() }}), 'not told') || '.'
        else
            'Visits: ' || coalesce(cast(tops.sessions as {{ dbt.type_string() }}), 'not known')
            || '. Inquiries: ' || coalesce(cast(tops.leads as {{ dbt.type_string() }}), 'not known') || '.'
    end as text_en,
    case review_steps.step
        when 1 then '最多表示：' || tops.post_id || '（' || tops.exposure || '回）。'
        when 2
            then
                '反応：' || coalesce(cast(tops.engagements as {{ dbt.type_string() }}) || '件', '不明')
                || '。リンククリック：' || coalesce(cast(tops.link_clicks as {{ dbt.type_string() }}) || '回', '不明') || '。'
        else
            '訪問：' || coalesce(cast(tops.sessions as {{ dbt.type_string() }}) || '件', '不明')
            || '。問い合わせ：' || coalesce(cast(tops.leads as {{ dbt.type_string() }}) || '件', '不明') || '。'
    end as text_ja
from tops
cross join review_steps
