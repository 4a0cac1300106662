with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

account_periods as (

    select * from {{ ref('int_account_distinct_periods') }}

),

instagram_accounts as (

    select
        *,
        count(*) over (partition by brand_id) as account_count
    from accounts
    where source = 'instagram'

)

select
    instagram_accounts.brand_id,
    account_periods.metric_id,
    account_periods.period_type,
    account_periods.period_start,
    account_periods.value
from account_periods
inner join instagram_accounts
    on
        account_periods.account_id = instagram_accounts.account_id
        and instagram_accounts.account_count = 1
