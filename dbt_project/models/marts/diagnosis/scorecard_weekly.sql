with

weeks as (

    select * from {{ ref('int_account_weeks_rated') }}

),

priorities as (

    select * from {{ ref('kpi_priorities') }}

),

placed as (

    select
        weeks.*,
        priorities.priority_set,
        priorities.tier,
        priorities.weighs,
        priorities.label_en,
        priorities.label_ja,
        priorities.question_en,
        priorities.question_ja
    from weeks
    inner join priorities
        on weeks.measure = priorities.measure

),

counted as (

    select
        {% for name, condition in [
            ('strong_n', "weighs and standing = 'strong'"),
            ('weak_n', "weighs and standing = 'weak'"),
            ('known_n', "weighs and standing <> 'unknown'"),
            ('exposure_strong_n', "not weighs and standing = 'strong'")
        ] %}
        count(case when {{ condition }} then 1 end) over (
            partition by account_id, week_start, priority_set
        ) as {{ name }},
        {% endfor %}
        *
    from placed

)

select
    account_id,
    week_start,
    priority_set,
    measure,
    tier,
    metric_id,
    brand_id,
    platform,
    label_en,
    label_ja,
    question_en,
    question_ja,
    value,
    numerator,
    denominator,
    null_reason,
    previous_value,
    {{ ratio('value - previous_value', 'previous_value') }} as value_change_pct,
    base,
    base_n,
    z,
    standing,
    case
        when known_n = 0 then 'not_rated'
        when strong_n > 0 and weak_n > 0 then 'mixed'
        when strong_n > 0 then 'good'
        when weak_n > 0 then 'poor'
        when exposure_strong_n > 0 then 'not_rated'
        else 'steady'
    end as rating,
    case
        when known_n = 0 then 'too_short_a_history'
        when strong_n = 0 and weak_n = 0 and exposure_strong_n > 0 then 'impressions_alone'
    end as not_rated_reason
from counted
