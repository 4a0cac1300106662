with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}
    where source = 'hubspot'

),

conversions as (

    select * from {{ ref('fct_conversions') }}

),

qualified as (

    select
        account_id,
        contact_id
    from conversions
    where conversion_type = 'qualified_lead'
    group by account_id, contact_id

)

select
    conversions.brand_id,
    conversions.conversion_date as date,
    conversions.platform,
    cast(
        count(
            distinct case
                when conversions.conversion_type = 'lead' then coalesce(conversions.person_key, conversions.contact_id)
            end
        ) as bigint
    ) as inquiries,
    cast(count(case when conversions.conversion_type = 'lead' then 1 end) as bigint) as form_submits,
    cast(
        count(
            distinct case
                when conversions.conversion_type = 'lead' and qualified.contact_id is not null
                    then coalesce(conversions.person_key, conversions.contact_id)
            end
        ) as bigint
    ) as qualified_leads,
    cast(count(case when conversions.conversion_type = 'deal_won' then 1 end) as bigint) as purchases,
    -- money of another currency that HubSpot has no rate for is left out: it is never added up across currencies
    cast(coalesce(sum(conversions.brand_amount), 0) as decimal(18, 2)) as revenue,
    max(accounts.currency) as currency
from conversions
inner join accounts
    on conversions.account_id = accounts.account_id
left join qualified
    on
        conversions.account_id = qualified.account_id
        and conversions.contact_id = qualified.contact_id
where conversions.conversion_type in ('lead', 'deal_won')
group by
    conversions.brand_id,
    conversions.conversion_date,
    conversions.platform
