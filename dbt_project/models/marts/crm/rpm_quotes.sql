with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}
    where platform is not null

),

bases as (

    select * from {{ ref('rpm_bases') }}

),

months as (

    select
        *,
        row_number() over (
            partition by account_id
            order by
                month desc,
                currency asc
        ) as newness
    from {{ ref('rpm_monthly') }}

)

select
    accounts.account_id,
    bases.basis,
    accounts.brand_id,
    accounts.platform,
    bases.is_safe,
    case when bases.basis = 'own_months' then months.month_n end as month_n,
    case when bases.basis = 'own_months' then months.currency end as currency,
    case when bases.basis = 'own_months' then 100 * months.rpm_low end as payout_per_100000_low,
    case when bases.basis = 'own_months' then 100 * months.rpm_high end as payout_per_100000_high,
    case
        when bases.basis = 'own_months' and months.account_id is null then 'no_source'
        when bases.basis = 'own_months' then months.refused_reason
        when bases.is_safe then 'no_source'
        else bases.basis
    end as refused_reason,
    bases.reason_en,
    bases.reason_ja
from accounts
cross join bases
left join months
    on
        accounts.account_id = months.account_id
        and months.newness = 1
