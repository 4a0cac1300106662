with

people as (

    select * from {{ ref('int_contacts_attributed') }}

),

site_visits as (

    select * from {{ ref('int_site_visits') }}

),

posts as (

    select * from {{ ref('dim_posts') }}

),

unioned as (

    {% for contact_type, instant in [('first_visit', 'first_visit_at'), ('form_submit', 'lead_at')] %}
    select
        account_id || ':contact:' || contact_id || ':{{ contact_type }}' as contact_key,
        brand_id,
        person_key,
        cast(null as {{ dbt.type_string() }}) as visitor_id,
        '{{ contact_type }}' as contact_type,
        {{ instant }} as contacted_at,
        {{ local_date(instant, 'brand_zone') }} as contact_date,
        brand_zone as day_zone,
        platform,
        landing_page,
        utm_campaign,
        utm_content,
        'hubspot' as source
    from people
    where {{ instant }} is not null

    union all
    {% endfor %}

    select
        visit_key as contact_key,
        cast(null as {{ dbt.type_string() }}) as brand_id,
        person_key,
        visitor_id,
        'site_visit' as contact_type,
        began_at as contacted_at,
        visit_date as contact_date,
        'UTC' as day_zone,
        platform,
        landing_page,
        utm_campaign,
        utm_content,
        'site_events' as source
    from site_visits

)

select
    unioned.contact_key,
    unioned.brand_id,
    unioned.person_key,
    unioned.visitor_id,
    unioned.person_key is null as is_anonymous,
    unioned.contact_type,
    case
        when unioned.contact_type = 'form_submit' or unioned.platform = 'other' then 'web'
        else 'sns'
    end as line,
    unioned.contacted_at,
    unioned.contact_date,
    unioned.day_zone,
    unioned.platform,
    posts.post_id,
    unioned.landing_page,
    unioned.utm_campaign,
    unioned.source
from unioned
left join posts
    on unioned.platform || ':' || unioned.utm_content = posts.post_id
