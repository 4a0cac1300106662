with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

merged_contacts as (

    select * from {{ ref('stg_hubspot__merged_contacts') }}

),

channels as (

    select * from {{ ref('channels') }}

)

select
    contacts.account_id,
    accounts.brand_id,
    accounts.brand_zone,
    contacts.contact_id,
    contacts.person_key,
    contacts.lifecycle_stage,
    contacts.first_landing_page as landing_page,
    contacts.first_utm_source as utm_source,
    contacts.first_utm_medium as utm_medium,
    contacts.first_utm_campaign as utm_campaign,
    contacts.first_utm_content as utm_content,
    coalesce(channels.platform, 'other') as platform,
    contacts.first_visit_at,
    -- a contact that never was a lead (a subscriber, say) has no day of becoming one
    case
        when
            contacts.lifecycle_stage in (
                'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer', 'evangelist'
            )
            then coalesce(contacts.lead_at, contacts.created_at)
        else contacts.lead_at
    end as lead_at,
    contacts.qualified_at,
    contacts.customer_at,
    contacts.created_at
from contacts
inner join accounts
    on contacts.account_id = accounts.account_id
left join channels
    on contacts.first_utm_source = channels.source
left join merged_contacts
    on
        contacts.account_id = merged_contacts.account_id
        and contacts.contact_id = merged_contacts.merged_id
where merged_contacts.merged_id is null
