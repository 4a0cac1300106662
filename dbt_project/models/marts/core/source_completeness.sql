with

loads as (

    select * from {{ ref('stg_registry__loads') }}

),

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

calendar_days as (

    select * from {{ ref('int_calendar_days') }}

),

expired as (

    select * from {{ ref('int_expired_unseen') }}

),

-- a snapshot is filed under the UTC date of its capture and closes the day before it
streams as (

    select
        source,
        stream,
        min(case when cast(captured_at as date) > window_date then 0 else 1 end) as is_snapshot
    from loads
    where status = 'loaded' and window_date is not null
    group by source, stream

),

filed as (

    select
        loads.account_id,
        loads.stream,
        loads.status,
        case
            when streams.is_snapshot = 1 then {{ add_days('loads.window_date', '-1') }}
            else loads.window_date
        end as date
    from loads
    left join streams
        on
            loads.source = streams.source
            and loads.stream = streams.stream
    where loads.window_date is not null

),

account_days as (

    select
        accounts.brand_id,
        accounts.source,
        accounts.account_id,
        calendar_days.date,
        count(distinct case when filed.status = 'loaded' then filed.stream end) as loaded_streams,
        count(distinct case when filed.status = 'failed' then filed.stream end) as failed_streams
    from accounts
    cross join calendar_days
    left join filed
        on
            accounts.account_id = filed.account_id
            and calendar_days.date = filed.date
    group by accounts.brand_id, accounts.source, accounts.account_id, calendar_days.date

)

select
    account_days.brand_id,
    account_days.source,
    account_days.date,
    cast(count(*) as bigint) as accounts,
    cast(sum(
        case when account_days.loaded_streams > 0 and account_days.failed_streams = 0 then 1 else 0 end
    ) as bigint) as accounts_loaded,
    cast(sum(
        case when account_days.loaded_streams > 0 and account_days.failed_streams = 0 then 1 else 0 end
    ) as double)
    / nullif(cast(count(*) as double), 0) as completeness,
    cast(sum(account_days.failed_streams) as bigint) as failed_streams,
    min(
        case when account_days.loaded_streams = 0 or account_days.failed_streams > 0 then account_days.account_id end
    ) as first_missing_account_id,
    cast(coalesce(sum(expired.expired_unseen), 0) as bigint) as expired_unseen
from account_days
left join expired
    on
        account_days.account_id = expired.account_id
        and account_days.date = expired.date
group by account_days.brand_id, account_days.source, account_days.date
