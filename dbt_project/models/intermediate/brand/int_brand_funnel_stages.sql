with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

funnel_stages as (

    select * from {{ ref('funnel_stages') }}

),

brands as (

    select brand_id
    from accounts
    group by brand_id

),

-- what is said of the brand itself goes before what holds for all, then the highest version
ranked as (

    select
        brands.brand_id,
        funnel_stages.stage_order,
        funnel_stages.stage,
        funnel_stages.label_en,
        funnel_stages.label_ja,
        funnel_stages.metric_id,
        funnel_stages.version,
        funnel_stages.target_daily,
        funnel_stages.target_weekly,
        funnel_stages.target_monthly,
        row_number() over (
            partition by brands.brand_id, funnel_stages.stage_order
            order by
                case when funnel_stages.brand_id = '*' then 1 else 0 end,
                funnel_stages.version desc
        ) as choice
    from brands
    inner join funnel_stages
        on funnel_stages.brand_id in (brands.brand_id, '*')

)

select * from ranked
where choice = 1
