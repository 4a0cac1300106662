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

archived_objects as (

    select * from {{ ref('stg_hubspot__archived_objects') }}

),

merged_deals as (

    select * from {{ ref('stg_hubspot__merged_deals') }}

),

merged_contacts as (

    select * from {{ ref('stg_hubspot__merged_contacts') }}

),

pipeline_stages as (

    select * from {{ ref('stg_hubspot__pipeline_stages') }}

),

-- a link to a contact that was merged away is a link to the one that took it over
deal_contacts_followed as (

    select
        deal_contacts.account_id,
        deal_contacts.deal_id,
        coalesce(merged_contacts.winner_id, deal_contacts.contact_id) as contact_id
    from deal_contacts
    left join merged_contacts
        on
            deal_contacts.account_id = merged_contacts.account_id
            and deal_contacts.contact_id = merged_contacts.merged_id

),

-- a deal of several contacts is credited to the one who came first
first_contacts as (

    select
        deal_contacts_followed.deal_id,
        contacts.*,
        row_number() over (
            partition by deal_contacts_followed.account_id, deal_contacts_followed.deal_id
            order by
                contacts.created_at,
                contacts.contact_id
        ) as contact_order
    from deal_contacts_followed
    inner join contacts
        on
            deal_contacts_followed.account_id = contacts.account_id
            and deal_contacts_followed.contact_id = contacts.contact_id

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
        cast(null as decimal(18, 2)) as brand_amount,
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
        -- of a deal in another currency, what HubSpot makes of it at the rate of the day on which it closed
        cast(
            case
                when coalesce(deals.currency, accounts.currency) = accounts.currency then deals.amount
                else deals.home_amount
            end as decimal(18, 2)
        ) as brand_amount,
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
    left join pipeline_stages
        on
            deals.account_id = pipeline_stages.account_id
            and deals.pipeline = pipeline_stages.pipeline
            and deals.stage = pipeline_stages.stage
    left join merged_deals
        on
            deals.account_id = merged_deals.account_id
            and deals.deal_id = merged_deals.merged_id
    where
        coalesce(deals.is_won, pipeline_stages.is_won)
        and deals.closed_at is not null
        and merged_deals.merged_id is null

)

-- what is archived counts no more from that instant on; what it did before stays counted
select
    staged.*,
    {{ local_date('staged.occurred_at', 'staged.brand_zone') }} as conversion_date
from staged
left join archived_objects
    on
        staged.account_id = archived_objects.account_id
        and archived_objects.object_type = case when staged.deal_id is null then 'contacts' else 'deals' end
        and archived_objects.object_id = coalesce(staged.deal_id, staged.contact_id)
where archived_objects.archived_at is null or staged.occurred_at < archived_objects.archived_at
