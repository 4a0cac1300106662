with

account_days as (

    select * from {{ ref('int_account_days') }}

),

surface_days as (

    select * from {{ ref('int_instagram_surface_days') }}

),

surfaces as (

    {% for surface, is_withdrawn in [
        ('feed', 'false'), ('reels', 'false'), ('story', 'false'), ('ad', 'false'), ('home', 'true'),
        ('explore', 'true'), ('hashtag', 'true'), ('profile', 'true')
    ] %}
    select
        '{{ surface }}' as surface,
        {{ is_withdrawn }} as is_withdrawn
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- promotion is a surface beside the organic total of the account: the whole is then what the surfaces make together
wholes as (

    select
        account_id,
        date,
        cast(sum(exposure) as bigint) as exposure_of_surfaces
    from surface_days
    group by account_id, date

),

placed as (

    select
        account_days.account_id,
        account_days.date,
        surfaces.surface,
        account_days.brand_id,
        account_days.platform,
        account_days.day_zone,
        account_days.is_settled,
        surface_days.exposure,
        case
            when wholes.exposure_of_surfaces > account_days.views then wholes.exposure_of_surfaces
            else account_days.views
        end as exposure_total,
        case
            when surface_days.exposure is not null then cast(null as {{ dbt.type_string() }})
            when account_days.platform = 'x' then 'not_offered'
            when surfaces.is_withdrawn then 'withdrawn'
            else 'no_source'
        end as null_reason
    from account_days
    cross join surfaces
    left join wholes
        on
            account_days.account_id = wholes.account_id
            and account_days.date = wholes.date
    left join surface_days
        on
            account_days.account_id = surface_days.account_id
            and account_days.date = surface_days.date
            and surfaces.surface = surface_days.surface

),

-- what no surface accounts for, all of it while none is told
unattributed as (

    select
        account_id,
        date,
        'unattributed' as surface,
        brand_id,
        platform,
        day_zone,
        is_settled,
        cast(max(exposure_total) - coalesce(sum(exposure), 0) as bigint) as exposure,
        max(exposure_total) as exposure_total,
        case
            when max(exposure_total) is not null then cast(null as {{ dbt.type_string() }})
            when platform = 'x' then 'not_offered'
            else 'no_source'
        end as null_reason
    from placed
    group by
        account_id,
        date,
        brand_id,
        platform,
        day_zone,
        is_settled

),

unioned as (

    select * from placed

    union all

    select * from unattributed

)

select
    account_id,
    date,
    surface,
    brand_id,
    platform,
    day_zone,
    is_settled,
    exposure,
    exposure_total,
    {{ ratio('exposure', 'exposure_total') }} as exposure_share,
    null_reason
from unioned
