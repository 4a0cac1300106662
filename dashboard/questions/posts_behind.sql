-- What each post brought to a number in a period and in the one before: sums of additive columns, nothing else.
-- Leads, deals and revenue are credited linearly over the touches before them.
with

brought as (

    select 'sessions' as metric, post_id, date, cast(sessions as double) as quantity
    from marts.fct_site_daily
    where brand_id = $brand
    union all
    select metric.name, daily.post_id, daily.date, cast(metric.quantity as double)
    from marts.fct_post_daily as daily
    inner join marts.dim_posts as post using (post_id)
    cross join lateral (
        values ('views', daily.views), ('engagements', daily.engagements)
    ) as metric (name, quantity)
    where post.brand_id = $brand
    union all
    select
        case conversion_type when 'lead' then 'leads' else 'deals_won' end, post_id, conversion_date, linear_credit
    from marts.conversion_credits
    where brand_id = $brand and conversion_type in ('lead', 'deal_won')
    union all
    select 'revenue', post_id, conversion_date, revenue_linear
    from marts.conversion_credits
    where brand_id = $brand

),

totalled as (

    select
        post_id,
        sum(quantity) filter (date between $period_start and $period_end) as quantity,
        sum(quantity) filter (date >= $previous_start and date < $period_start) as previous_quantity
    from brought
    where metric = $behind and post_id is not null
    group by post_id

)

select
    post.post_id,
    post.platform,
    post.format,
    post.published_date,
    post.text,
    post.permalink,
    totalled.quantity,
    totalled.previous_quantity,
    coalesce(totalled.quantity, 0) - coalesce(totalled.previous_quantity, 0) as quantity_change
from totalled
inner join marts.dim_posts as post using (post_id)
where coalesce(totalled.quantity, 0) <> 0 or coalesce(totalled.previous_quantity, 0) <> 0
order by abs(quantity_change) desc, post.post_id
limit 10
