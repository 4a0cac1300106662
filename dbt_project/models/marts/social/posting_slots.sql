with

compared as (

    select * from {{ ref('int_posts_compared') }}
    where exposure_48h is not null and not is_reply

),

verdicts as (

    select * from {{ ref('post_verdicts') }}

),

-- beside what was seen what it led to; exposure to date is of posts whose visits are known
posts as (

    select
        compared.*,
        verdicts.onward_visits,
        case when verdicts.onward_visits is not null then verdicts.exposure_to_date end as exposure_visited,
        verdicts.leads
    from compared
    left join verdicts
        on compared.post_id = verdicts.post_id

),

rules as (

    {{ rules_in_force('performance_rules') }}

),

placed as (

    select
        *,
        count(*) over (
            partition by account_id, published_weekday, published_hour
        ) as post_n,
        row_number() over (
            partition by account_id, published_weekday, published_hour
            order by
                exposure_48h,
                post_id
        ) as place
    from posts

),

slots as (

    select
        account_id,
        brand_id,
        exposure_metric_id,
        published_weekday as weekday,
        published_hour as hour,
        cast(max(post_n) as bigint) as post_n,
        cast(median(exposure_48h) as double) as exposure_48h_median,
        cast(
            max(case when place = {{ median_place_low('post_n') }} then exposure_48h end) as double
        ) as exposure_48h_low,
        cast(
            max(case when place = {{ median_place_high('post_n') }} then exposure_48h end) as double
        ) as exposure_48h_high,
        cast(sum(engagements_48h) as bigint) as engagements_48h,
        cast(sum(exposure_48h) as bigint) as exposure_48h,
        cast(sum(onward_visits) as bigint) as onward_visits,
        cast(sum(exposure_visited) as bigint) as exposure_to_date,
        cast(sum(leads) as bigint) as leads
    from placed
    group by
        account_id,
        brand_id,
        exposure_metric_id,
        published_weekday,
        published_hour

),

ruled as (

    select
        slots.*,
        rules.posts_least
    from slots
    cross join rules

)

select
    account_id,
    weekday,
    hour,
    brand_id,
    exposure_metric_id,
    post_n,
    exposure_48h_median,
    exposure_48h_low,
    exposure_48h_high,
    engagements_48h,
    exposure_48h,
    {{ ratio('engagements_48h', 'exposure_48h') }} as er_exposure_48h,
    case
        when post_n >= posts_least
            then
                cast(
                    row_number() over (
                        partition by account_id, post_n >= posts_least
                        order by
                            exposure_48h_median desc,
                            weekday asc,
                            hour asc
                    ) as bigint
                )
    end as slot_rank,
    onward_visits,
    exposure_to_date,
    {{ ratio('onward_visits', 'exposure_to_date') }} as onward_rate_exposure,
    leads,
    case
        when post_n >= posts_least and onward_visits is not null
            then
                cast(
                    row_number() over (
                        partition by account_id, post_n >= posts_least and onward_visits is not null
                        order by
                            {{ ratio('onward_visits', 'exposure_to_date') }} desc,
                            weekday asc,
                            hour asc
                    ) as bigint
                )
    end as outcome_rank
from ruled
