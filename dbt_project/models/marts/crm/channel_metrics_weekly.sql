{% set told = [
    ('sns', 'views', 'Noticed, interest raised', '気づいてもらう・興味を持ってもらう'),
    ('sns', 'impressions', 'Noticed, interest raised', '気づいてもらう・興味を持ってもらう'),
    ('sns', 'engagements', 'Noticed, interest raised', '気づいてもらう・興味を持ってもらう'),
    ('web', 'page_views', 'The content understood at leisure', 'じっくり内容を理解してもらう'),
    ('web', 'engaged_time_per_engaged_session_s', 'The content understood at leisure', 'じっくり内容を理解してもらう'),
    ('web', 'bounce_rate_sessions', 'The content understood at leisure', 'じっくり内容を理解してもらう'),
    ('mail_line', 'message_opens', 'Remembered again and again', '継続的に思い出してもらう'),
    ('mail_line', 'message_clicks', 'Remembered again and again', '継続的に思い出してもらう'),
    ('offline', 'offline_visits', 'The last push, the tie kept', '最後のひと押し・関係継続'),
    ('offline', 'offline_cards', 'The last push, the tie kept', '最後のひと押し・関係継続'),
    ('offline', 'offline_calls', 'The last push, the tie kept', '最後のひと押し・関係継続')
] %}

with

brand_weeks as (

    select * from {{ ref('int_brand_metrics_by_period') }}
    where period_type = 'week'

),

weeks as (

    select
        brand_id,
        period_start
    from brand_weeks
    group by brand_id, period_start

),

channel_metrics as (

    {% for line, metric, en, ja in told %}
    select
        {{ loop.index }} as metric_order,
        '{{ line }}' as line,
        '{{ metric }}' as metric_id,
        '{{ en }}' as meaning_en,
        '{{ ja }}' as meaning_ja
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    weeks.brand_id,
    weeks.period_start as week_start,
    channel_metrics.metric_id,
    cast(channel_metrics.metric_order as bigint) as metric_order,
    channel_metrics.line,
    channel_metrics.meaning_en,
    channel_metrics.meaning_ja,
    brand_weeks.value,
    brand_weeks.numerator,
    brand_weeks.denominator,
    case
        when brand_weeks.value is null then coalesce(brand_weeks.null_reason, 'no_source')
    end as null_reason,
    coalesce(brand_weeks.is_partial, true) as is_partial
from weeks
cross join channel_metrics
left join brand_weeks
    on
        weeks.brand_id = brand_weeks.brand_id
        and weeks.period_start = brand_weeks.period_start
        and channel_metrics.metric_id = brand_weeks.metric_id
