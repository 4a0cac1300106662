with

conversions as (

    select * from {{ ref('fct_conversions') }}

),

contacts as (

    select * from {{ ref('fct_contacts') }}
    where person_key is not null and contact_type <> 'form_submit'

),

-- inner, and only then left: an outer join with a condition beside its equalities compares everything with everything
led as (

    select
        conversions.conversion_id,
        contacts.contact_key,
        contacts.contacted_at,
        contacts.platform,
        contacts.utm_campaign,
        contacts.post_id
    from conversions
    inner join contacts
        on conversions.person_key = contacts.person_key
    where
        conversions.brand_id = coalesce(contacts.brand_id, conversions.brand_id)
        and conversions.occurred_at >= contacts.contacted_at

),

-- a conversion that nothing known led to has one touch all the same, so that its credit is not lost
touched as (

    select
        conversions.conversion_id,
        conversions.brand_id,
        conversions.conversion_type,
        conversions.conversion_date,
        conversions.amount,
        conversions.currency,
        led.contact_key,
        led.contacted_at,
        coalesce(led.platform, 'unknown') as platform,
        led.utm_campaign,
        led.post_id,
        count(led.contact_key) over (partition by conversions.conversion_id) as touch_n,
        row_number() over (
            partition by conversions.conversion_id
            order by
                led.contacted_at,
                led.contact_key
        ) as touch_order
    from conversions
    left join led
        on conversions.conversion_id = led.conversion_id

),

credited as (

    select
        *,
        cast(case when touch_order = 1 then 1 else 0 end as double) as first_credit,
        cast(case when touch_order = greatest(touch_n, 1) then 1 else 0 end as double) as last_credit,
        cast(1 as double) / greatest(touch_n, 1) as linear_credit,
        -- 40 % to the first, 40 % to the last, the rest to those between
        cast(
            case
                when touch_n <= 1 then 1
                when touch_n = 2 then 0.5
                when touch_order in (1, touch_n) then 0.4
                else 0.2 / (touch_n - 2)
            end as double
        ) as position_credit
    from touched

)

select
    conversion_id,
    cast(touch_order as bigint) as touch_order,
    brand_id,
    conversion_type,
    conversion_date,
    contact_key,
    contacted_at,
    platform,
    utm_campaign,
    post_id,
    cast(touch_n as bigint) as touch_n,
    first_credit,
    last_credit,
    linear_credit,
    position_credit,
    cast(amount as double) * first_credit as revenue_first,
    cast(amount as double) * last_credit as revenue_last,
    cast(amount as double) * linear_credit as revenue_linear,
    cast(amount as double) * position_credit as revenue_position,
    currency
from credited
