with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}
    where platform is not null

),

posts as (

    select * from {{ ref('int_posts_compared') }}
    where exposure_48h is not null and not is_reply

),

rules as (

    {{ rules_in_force('performance_rules') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

formats as (

    {% for platform, format in [
        ('x', 'text'), ('x', 'image'), ('x', 'video'), ('x', 'thread'), ('x', 'hashtag'),
        ('instagram', 'image'), ('instagram', 'video'), ('instagram', 'carousel'), ('instagram', 'reel'),
        ('instagram', 'story'), ('instagram', 'hashtag')
    ] %}
    select
        '{{ platform }}' as platform,
        '{{ format }}' as format
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- every listed format against all other posts of the last days; hashtags go with any format
cells as (

    select
        accounts.account_id,
        accounts.brand_id,
        accounts.platform,
        formats.format,
        posts.post_id,
        posts.exposure_48h,
        posts.engagements_48h,
        posts.link_clicks_to_date,
        posts.saves_to_date,
        case
            when formats.format = 'hashtag' then posts.hashtags <> ''
            else posts.format = formats.format
        end as is_of_format
    from accounts
    inner join formats
        on accounts.platform = formats.platform
    cross join reporting_window
    cross join rules
    left join posts
        on
            accounts.account_id = posts.account_id
            and posts.published_date > {{ add_days('reporting_window.last_date', '-rules.history_days') }}

),

sized as (

    select
        *,
        count(post_id) over (partition by account_id, format, is_of_format) as cell_n,
        row_number() over (
            partition by account_id, format, is_of_format
            order by
                exposure_48h,
                post_id
        ) as place
    from cells

),

measured as (

    select
        account_id,
        brand_id,
        platform,
        format,
        {% for prefix, side in [('', 'is_of_format'), ('other_', 'not is_of_format')] %}
        cast(count(case when {{ side }} then post_id end) as bigint) as {{ prefix }}post_n,
        cast(median(case when {{ side }} then exposure_48h end) as double) as {{ prefix }}median,
        cast(
            max(case when {{ side }} and place = {{ median_place_low('cell_n') }} then exposure_48h end) as double
        ) as {{ prefix }}low,
        cast(
            max(case when {{ side }} and place = {{ median_place_high('cell_n') }} then exposure_48h end) as double
        ) as {{ prefix }}high,
        {% endfor %}
        cast(sum(case when is_of_format then exposure_48h end) as bigint) as exposure_48h,
        cast(sum(case when is_of_format then engagements_48h end) as bigint) as engagements_48h,
        cast(sum(case when is_of_format then saves_to_date end) as bigint) as saves_to_date,
        cast(sum(case when is_of_format then link_clicks_to_date end) as bigint) as link_clicks_to_date
    from sized
    group by
        account_id,
        brand_id,
        platform,
        format

),

ruled as (

    select
        measured.*,
        rules.posts_least
    from measured
    cross join rules

)

select
    account_id,
    format,
    brand_id,
    platform,
    post_n,
    other_post_n,
    median as exposure_48h_median,
    other_median as other_exposure_48h_median,
    median - other_median as exposure_48h_median_change,
    -- the difference is at least the lowest of one less the highest of the other
    low - other_high as exposure_48h_median_change_low,
    high - other_low as exposure_48h_median_change_high,
    exposure_48h,
    engagements_48h,
    {{ ratio('engagements_48h', 'exposure_48h') }} as er_exposure_48h,
    saves_to_date,
    link_clicks_to_date,
    case
        when post_n < posts_least or other_post_n < posts_least then 'too_few_posts'
        when low - other_high > 0 then 'better'
        when high - other_low < 0 then 'worse'
        else 'no_evidence'
    end as verdict,
    case
        when post_n >= posts_least and other_post_n >= posts_least
            then
                cast(
                    row_number() over (
                        partition by
                            account_id, post_n >= posts_least and other_post_n >= posts_least
                        order by
                            median desc,
                            format asc
                    ) as bigint
                )
    end as format_rank
from ruled
