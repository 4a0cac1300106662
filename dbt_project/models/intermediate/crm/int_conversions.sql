with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

contacts as (

    select * from {{ ref('int_contacts_attributed') }}

),

deals as (

    select * from {{ ref('stg_hubspot__deals') }}

),

deal_contacts as (

    select * from {{ ref('stg_hubspot__deal_contacts') }}

),

-- a deal of several contacts is credited to the one who came first
first_contacts as (

    select
        deal_contacts.deal_id,
        contacts.*,
        row_number() over (
            partition by deal_contacts.account_id, deal_contacts.deal_id
            order by
                contacts.created_at,
                contacts.contact_id
        ) as contact_order
    from deal_contacts
    inner join contacts
        on
            deal_contacts.account_id = contacts.account_id
            and deal_contacts.contact_id = contacts.contact_id

),

staged as (

    {% for kind, instant in [
        ('lead', 'lead_at'), ('qualified_lead', 'qualified_at'), ('customer', 'customer_at')
    ] %}
    select
        account_id || ':contact:' || contact_id || ':{{ kind }}' as conversion_id,
        account_id,
        brand_id,
        brand_zone,
        '{{ kind }}' as conversion_type,
        {{ instant }} as occurred_at,
        contact_id,
        person_key,
        cast(null as {{ dbt.type_string() }}) as deal_id,
        cast(null as decimal(18, 2)) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        platform,
        landing_page,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content
    from contacts
    where {{ instant }} is not null

    union all
    {% endfor %}

    select
        deals.account_id || ':deal:' || deals.deal_id || ':deal_won' as conversion_id,
        deals.account_id,
        accounts.brand_id,
        accounts.brand_zone,
        'deal_won' as conversion_type,
        deals.closed_at as occurred_at,
        first_contacts.contact_id,
        first_contacts.person_key,
        deals.deal_id,
        cast(deals.amount as decimal(18, 2)) as amount,
        coalesce(deals.currency, accounts.currency) as currency,
        coalesce(first_contacts.platform, 'other') as platform,
        first_contacts.landing_page,
        first_contacts.utm_source,
        first_contacts.utm_medium,
        first_contacts.utm_campaign,
        first_contacts.utm_content
    from deals
    inner join accounts
        on deals.account_id = accounts.account_id
    left join first_contacts
        on
            deals.account_id = first_contacts.account_id
            and deals.deal_id = first_contacts.deal_id
            and first_contacts.contact_order = 1
    where deals.is_won and deals.closed_at is not null

)

select
    *,
    {{ local_date('occurred_at', 'brand_zone') }} as conversion_date
from staged
