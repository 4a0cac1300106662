with

posts as (

    select * from {{ ref('int_posts_compared') }}
    where exposure_48h is not null and not is_reply

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
        cast(sum(exposure_48h) as bigint) as exposure_48h
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
    end as slot_rank
from ruled
