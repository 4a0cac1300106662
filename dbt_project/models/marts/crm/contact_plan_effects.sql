with

contacts as (

    select
        *,
        row_number() over (
            partition by person_key
            order by contact_order desc
        ) as newness
    from {{ ref('contact_sequences') }}

),

conversions as (

    select * from {{ ref('fct_conversions') }}

),

customers as (

    select person_key
    from conversions
    where conversion_type in ('customer', 'deal_won') and person_key is not null
    group by person_key

),

people as (

    select
        contacts.brand_id,
        case
            when contacts.contacts_on_plan = contacts.contacts then 'whole'
            when contacts.contacts_on_plan = 0 then 'none'
            else 'partly'
        end as compliance,
        contacts.contacts,
        customers.person_key is not null as is_customer
    from contacts
    left join customers
        on contacts.person_key = customers.person_key
    where contacts.newness = 1 and contacts.brand_id is not null

),

counted as (

    select
        brand_id,
        compliance,
        cast(count(*) as bigint) as people,
        cast(count(case when is_customer then 1 end) as bigint) as customers,
        cast(sum(contacts) as bigint) as contacts
    from people
    group by brand_id, compliance

),

rated as (

    select
        *,
        {{ ratio('customers', 'people') }} as customer_rate_people,
        sum(people) over (partition by brand_id) as people_of_brand,
        sum(customers) over (partition by brand_id) as customers_of_brand
    from counted

)

select
    brand_id,
    compliance,
    people,
    customers,
    contacts,
    customer_rate_people,
    -- against everybody of the brand; who buys may also simply meet us more often, so that this is no proof
    {{ ratio('customer_rate_people', '(cast(customers_of_brand as double) / nullif(people_of_brand, 0))') }}
        as customer_lift
from rated
