with

patterns as (

    select
        *,
        count(*) over (partition by experiment_id, pattern_id) > 1 as is_changed,
        row_number() over (
            partition by experiment_id, pattern_id
            order by
                starts_on,
                tag_1
        ) as place
    from {{ ref('hashtag_patterns') }}
    where account_id in (select accounts.account_id from {{ ref('stg_registry__accounts') }} as accounts)

),

posts as (

    select * from {{ ref('int_posts_compared') }}
    where not is_reply

),

rules as (

    {{ rules_in_force('performance_rules') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

measured as (

    select
        patterns.experiment_id,
        patterns.pattern_id,
        patterns.account_id,
        patterns.kind,
        patterns.starts_on,
        patterns.ends_on,
        patterns.is_changed,
        cast(count(posts.post_id) as bigint) as post_n,
        cast(median(posts.exposure_48h) as double) as exposure_48h_median,
        cast(sum(posts.exposure_48h) as bigint) as exposure_48h,
        cast(sum(posts.engagements_48h) as bigint) as engagements_48h
    from patterns
    left join posts
        on
            patterns.account_id = posts.account_id
            and posts.published_date between patterns.starts_on and patterns.ends_on
            and posts.exposure_48h is not null
            {% for tag in ['tag_1', 'tag_2', 'tag_3'] %}
            and (patterns.{{ tag }} is null or ' ' || posts.hashtags || ' ' like '% ' || patterns.{{ tag }} || ' %')
            {% endfor %}
    where patterns.place = 1
    group by
        patterns.experiment_id,
        patterns.pattern_id,
        patterns.account_id,
        patterns.kind,
        patterns.starts_on,
        patterns.ends_on,
        patterns.is_changed

),

judged as (

    select
        *,
        max(case when is_changed then 1 else 0 end) over (partition by experiment_id) as has_changed,
        min(post_n) over (partition by experiment_id) as least_n
    from measured

)

select
    judged.experiment_id,
    judged.pattern_id,
    judged.account_id,
    judged.kind,
    judged.starts_on,
    judged.ends_on,
    judged.post_n,
    judged.exposure_48h_median,
    judged.exposure_48h,
    judged.engagements_48h,
    {{ ratio('judged.engagements_48h', 'judged.exposure_48h') }} as er_exposure_48h,
    case
        when judged.has_changed = 1 then 'void'
        when judged.ends_on > reporting_window.last_date then 'running'
        when judged.least_n < rules.posts_least then 'too_few_posts'
        else 'decided'
    end as status,
    case
        when
            judged.has_changed = 0
            and judged.ends_on <= reporting_window.last_date
            and judged.least_n >= rules.posts_least
            then cast(
                row_number() over (
                    partition by judged.experiment_id
                    order by
                        judged.exposure_48h_median desc,
                        judged.pattern_id asc
                ) as bigint
            )
    end as pattern_rank
from judged
cross join rules
cross join reporting_window
