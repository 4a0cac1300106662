{% set counters = [
    'likes', 'comments', 'saves', 'shares', 'reposts', 'quotes', 'profile_visits', 'link_clicks', 'follows'
] %}
with

posts as (

    select * from {{ ref('post_performance') }}

),

formulas as (

    select * from {{ ref('post_formulas') }}

),

applied as (

    -- a counter that a formula weighs and the platform does not tell leaves the whole unknown
    select
        posts.post_id,
        posts.account_id,
        posts.brand_id,
        posts.platform,
        posts.published_date,
        formulas.formula_id,
        formulas.label_en,
        formulas.label_ja,
        {% for counter in counters %}
        case
            when formulas.{{ counter }} is null then cast(0 as double)
            else formulas.{{ counter }} * cast(posts.{{ counter }}_to_date as double)
        end {{ 'as numerator,' if loop.last else '+' }}
        {% endfor %}
        cast(
            case formulas.denominator
                when 'one' then 1
                when 'exposure' then posts.exposure_to_date
                when 'exposure_thousands' then posts.exposure_to_date / cast(1000 as double)
                when 'views' then posts.views_to_date
                when 'reach' then posts.reach_to_date
                when 'impressions' then posts.impressions_to_date
                when 'followers_at_post' then posts.followers_at_post
                when 'engagements' then posts.engagements_to_date
            end as double
        ) as denominator
    from posts
    cross join formulas

)

select
    post_id,
    formula_id,
    account_id,
    brand_id,
    platform,
    published_date,
    label_en,
    label_ja,
    numerator,
    denominator,
    {{ ratio('numerator', 'denominator') }} as value,
    case
        when numerator is null or denominator is null then 'not_offered'
        when denominator = 0 then 'zero_denominator'
    end as null_reason
from applied
