with

account_days as (

    select * from {{ ref('int_account_days') }}

),

parted as (

    {% for audience, part in [
        ('followers', 'views_followers'),
        ('non_followers', 'views_non_followers'),
        ('unattributed', 'views - views_followers - views_non_followers')
    ] %}
    select
        account_id,
        date,
        '{{ audience }}' as audience,
        brand_id,
        platform,
        day_zone,
        is_captured,
        is_settled,
        {{ part }} as exposure,
        views as exposure_total
    from account_days
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    account_id,
    date,
    audience,
    brand_id,
    platform,
    day_zone,
    is_settled,
    exposure,
    exposure_total,
    {{ ratio('exposure', 'exposure_total') }} as exposure_share,
    case
        when exposure is not null then cast(null as {{ dbt.type_string() }})
        when platform = 'x' then 'not_offered'
        when not is_captured then 'no_source'
        when not is_settled then 'pending_settlement'
        else 'not_enough_viewers'
    end as null_reason
from parted
