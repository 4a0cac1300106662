with

contacts as (

    select * from {{ ref('fct_contacts') }}
    where person_key is not null

),

-- a visit of a dropped file names no brand: it is that of the person's other contacts
ordered as (

    select
        person_key,
        coalesce(brand_id, max(brand_id) over (partition by person_key)) as brand_id,
        contact_key,
        contact_type,
        line,
        platform,
        post_id,
        contacted_at,
        row_number() over (
            partition by person_key
            order by
                contacted_at,
                contact_key
        ) as contact_order
    from contacts

),

planned as (

    select
        *,
        case when contact_order <= 3 then 'sns' else 'web or mail_line' end as planned_line,
        case when contact_order <= 3 then line = 'sns' else line in ('web', 'mail_line') end as is_on_plan
    from ordered

)

select
    contact_key,
    person_key,
    brand_id,
    cast(contact_order as bigint) as contact_order,
    contact_type,
    line,
    platform,
    post_id,
    contacted_at,
    planned_line,
    is_on_plan,
    cast(contact_order as bigint) as contacts,
    cast(
        sum(case when is_on_plan then 1 else 0 end) over (
            partition by person_key
            order by contact_order
            rows between unbounded preceding and current row
        ) as bigint
    ) as contacts_on_plan,
    {{ ratio(
        'sum(case when is_on_plan then 1 else 0 end) over ('
        'partition by person_key order by contact_order rows between unbounded preceding and current row)',
        'contact_order'
    ) }} as on_plan_share_contacts
from planned
