with

works as (

    select * from {{ ref('works') }}

),

posts as (

    select * from {{ ref('int_posts_compared') }}
    where not is_reply

),

-- several posts of one work in one mode are one side of its pair
sides as (

    select
        {% for mode in ['finished', 'process'] %}
        cast(count(case when works.story_mode = '{{ mode }}' then posts.exposure_48h end) as bigint) as {{ mode }}_n,
        avg(case when works.story_mode = '{{ mode }}' then cast(posts.exposure_48h as double) end)
            as {{ mode }}_exposure_48h,
        {% endfor %}
        posts.account_id,
        posts.brand_id,
        posts.platform,
        works.work_id
    from works
    inner join posts
        on works.post_id = posts.post_id
    group by
        posts.account_id,
        posts.brand_id,
        posts.platform,
        works.work_id

),

compared as (

    select
        *,
        process_exposure_48h - finished_exposure_48h as exposure_48h_change
    from sides

)

select
    account_id,
    work_id,
    brand_id,
    platform,
    finished_n,
    process_n,
    finished_exposure_48h,
    process_exposure_48h,
    exposure_48h_change,
    case
        when finished_n = 0 and process_n = 0 then 'pending'
        when process_n = 0 then 'finished_only'
        when finished_n = 0 then 'process_only'
        else 'paired'
    end as pairing,
    cast(count(exposure_48h_change) over (partition by account_id) as bigint) as pair_n,
    cast(median(exposure_48h_change) over (partition by account_id) as double) as exposure_48h_change_median
from compared
