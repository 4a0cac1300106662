{# The steps in their order: what is counted, and the step whose count it is a part of. #}
{% set steps = [
    ('posts', none),
    ('exposure', 'posts'),
    ('engagements', 'exposure'),
    ('profile_visits', 'engagements'),
    ('follows', 'profile_visits'),
    ('link_clicks', 'exposure'),
    ('sessions', 'link_clicks'),
    ('leads', 'sessions'),
    ('deals_won', 'leads')
] %}

with

weeks as (

    select * from {{ ref('int_account_weeks_rated') }}

),

posts as (

    select * from {{ ref('int_posts_described') }}
    where not is_repost and not is_reply

),

posted as (

    select
        account_id,
        {{ period_start('week', 'cast(published_at as date)') }} as week_start,
        count(*) as posts
    from posts
    group by account_id, {{ period_start('week', 'cast(published_at as date)') }}

),

-- weeks are whole ones, so that no post in one is a zero
counted as (

    select
        weeks.account_id,
        weeks.week_start,
        'posts' as measure,
        'own_posts' as metric_id,
        weeks.brand_id,
        weeks.platform,
        cast(coalesce(posted.posts, 0) as double) as value,
        cast(null as double) as base,
        cast(null as {{ dbt.type_string() }}) as null_reason
    from weeks
    left join posted
        on
            weeks.account_id = posted.account_id
            and weeks.week_start = posted.week_start
    where weeks.measure = 'exposure'

    union all

    select
        account_id,
        week_start,
        measure,
        metric_id,
        brand_id,
        platform,
        value,
        base,
        null_reason
    from weeks

),

placed as (

    {% for step, of_step in steps %}
    select
        account_id,
        week_start,
        brand_id,
        platform,
        cast({{ loop.index }} as bigint) as step_order,
        '{{ step }}' as step_name,
        {% if of_step %}'{{ of_step }}'{% else %}cast(null as {{ dbt.type_string() }}){% endif %} as of_step,
        metric_id,
        value,
        base,
        null_reason
    from counted
    where measure = '{{ step }}'
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    placed.account_id,
    placed.week_start,
    placed.step_order,
    placed.step_name,
    placed.brand_id,
    placed.platform,
    placed.metric_id,
    placed.value,
    placed.null_reason,
    placed.base,
    placed.of_step,
    above.value as of_value,
    {{ ratio('placed.value', 'above.value') }} as value_per_step,
    {{ ratio('placed.base', 'above.base') }} as base_per_step
from placed
left join placed as above
    on
        placed.account_id = above.account_id
        and placed.week_start = above.week_start
        and placed.of_step = above.step_name
