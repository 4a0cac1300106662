{% set z = 1.96 %}
{% set fewest_posts = 5 %}
with

hints as (

    select * from {{ ref('hints') }}

),

performance as (

    select * from {{ ref('post_performance') }}

),

described as (

    select * from {{ ref('dim_posts') }}

),

progress as (

    select * from {{ ref('kpi_progress') }}

),

metrics as (

    select * from {{ ref('int_metrics_current') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

running as (

    -- how the KPI stands in the period of its goal that runs on the last day
    select
        progress.brand_id,
        progress.metric_id,
        progress.period_type,
        progress.period_start,
        progress.pace,
        row_number() over (
            partition by progress.brand_id, progress.metric_id
            order by progress.date desc, progress.pace asc, progress.period_type asc, progress.kgi_id asc
        ) as preference
    from progress
    where progress.pace is not null

),

posts as (

    select
        performance.post_id,
        performance.account_id,
        performance.brand_id,
        performance.platform,
        cast(performance.exposure_to_date as double) as exposure,
        cast(performance.engagements_to_date as double) as engagements,
        cast(performance.saves_to_date as double) as saves,
        cast(performance.profile_visits_to_date as double) as profile_visits,
        cast(performance.link_clicks_to_date as double) as link_clicks,
        performance.format,
        described.surface,
        described.hashtags,
        lower(coalesce(described.text, '')) as text
    from performance
    inner join described on performance.post_id = described.post_id
    cross join reporting_window
    where
        not described.is_reply
        and described.is_own
        and performance.published_date > {{ add_days('reporting_window.last_date', -90) }}
        and performance.exposure_to_date > 0

),

kinds as (

    {% for kind, feature in [
        ('format', 'format'), ('placement', 'surface'), ('hashtag', "'hashtag'"), ('question', "'question'"),
        ('information', "'information'"), ('profile_cta', "'profile_cta'")
    ] %}
    select
        account_id,
        '{{ kind }}' as feature_kind,
        {{ feature }} as feature
    from posts
    group by account_id{{ ', ' ~ feature if feature in ('format', 'surface') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

featured as (

    select
        hints.hint_id,
        hints.metric_id,
        hints.outcome,
        kinds.feature,
        kinds.feature_kind,
        posts.account_id,
        posts.brand_id,
        posts.post_id,
        posts.exposure,
        case hints.outcome
            when 'exposure' then posts.exposure
            when 'engagements' then posts.engagements / posts.exposure
            when 'saves' then posts.saves / posts.exposure
            when 'profile_visits' then posts.profile_visits / posts.exposure
            when 'link_clicks' then posts.link_clicks / posts.exposure
        end as outcome_value,
        case kinds.feature_kind
            when 'format' then posts.format = kinds.feature
            when 'placement' then posts.surface = kinds.feature
            when 'hashtag' then posts.hashtags <> ''
            when 'question' then posts.text like '%?%' or posts.text like '%？%'
            when 'information'
                then
                    posts.text like '%how to%' or posts.text like '%steps%' or posts.text like '%recipe%'
                    or posts.text like '%checklist%' or posts.text like '%手順%' or posts.text like '%レシピ%'
                    or posts.text like '%方法%' or posts.text like '%まとめ%'
            when 'profile_cta' then posts.text like '%profile%' or posts.text like '%bio%' or posts.text like '%プロフィール%'
        end as has_feature
    from posts
    inner join kinds on posts.account_id = kinds.account_id
    inner join hints on kinds.feature_kind = hints.feature_kind
    inner join metrics on hints.metric_id = metrics.metric_id
    where
        -- what one platform alone tells is not moved by posts on another
        '+' || metrics.source || '+' like '%+' || posts.platform || '+%'
        or ('+' || metrics.source || '+' not like '%+instagram+%' and '+' || metrics.source || '+' not like '%+x+%')

),

compared as (

    select
        hint_id,
        metric_id,
        outcome,
        feature_kind,
        feature,
        account_id,
        brand_id,
        cast(count(case when has_feature then outcome_value end) as bigint) as with_n,
        cast(count(case when not has_feature then outcome_value end) as bigint) as without_n,
        sum(case when has_feature then exposure end) as exposure_with,
        -- rounded, since the last digits of a mean of doubles hang on the order of the rows
        round(avg(case when has_feature then outcome_value end), 9) as mean_with,
        round(avg(case when not has_feature then outcome_value end), 9) as mean_without,
        round(stddev_samp(case when has_feature then outcome_value end), 9) as sd_with,
        round(stddev_samp(case when not has_feature then outcome_value end), 9) as sd_without
    from featured
    group by hint_id, metric_id, outcome, feature_kind, feature, account_id, brand_id

),

lifted as (

    select
        *,
        {{ ratio('mean_with - mean_without', 'mean_without') }} as lift,
        {{ z }} * sqrt(sd_with * sd_with / nullif(with_n, 0) + sd_without * sd_without / nullif(without_n, 0))
        / nullif(mean_without, 0) as lift_error,
        case
            when feature_kind = 'placement' and exposure_with >= 1000
                then row_number() over seen_enough
        end as place_from_below,
        -- one placement alone is no worse than another
        count(mean_with) over (partition by hint_id, account_id) as placement_n
    from compared
    window seen_enough as (
        partition by hint_id, account_id, case when exposure_with >= 1000 and mean_with is not null then 1 else 0 end
        order by mean_with, feature
    )

)

select
    lifted.account_id,
    lifted.hint_id,
    lifted.feature,
    lifted.brand_id,
    lifted.metric_id,
    running.period_type,
    running.period_start,
    running.pace,
    coalesce(running.pace < 0.8, false) as is_due,
    lifted.feature_kind,
    lifted.with_n,
    lifted.without_n,
    lifted.mean_with,
    lifted.mean_without,
    lifted.lift,
    lifted.lift - lifted.lift_error as lift_low,
    lifted.lift + lifted.lift_error as lift_high,
    coalesce(lifted.place_from_below = 1 and lifted.mean_with is not null and lifted.placement_n > 1, false)
        as is_worst_placement,
    case
        when
            lifted.with_n < {{ fewest_posts }} or lifted.without_n < {{ fewest_posts }} or lifted.lift_error is null
            then 'no_evidence_yet'
        when lifted.lift - lifted.lift_error > 0 then 'helps'
        when lifted.lift + lifted.lift_error < 0 then 'hinders'
        else 'no_evidence_yet'
    end as verdict,
    hints.text_en,
    hints.text_ja
from lifted
inner join hints on lifted.hint_id = hints.hint_id
left join running
    on
        lifted.brand_id = running.brand_id
        and lifted.metric_id = running.metric_id
        and running.preference = 1
