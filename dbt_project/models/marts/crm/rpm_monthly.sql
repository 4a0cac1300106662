with

payouts as (

    select * from {{ ref('stg_files__payouts') }}

),

account_days as (

    select * from {{ ref('int_account_days') }}

),

viral_posts as (

    select * from {{ ref('int_viral_posts') }}

),

rules as (

    {{ rules_in_force('rpm_rules') }}

),

-- what was paid for, and how often it was shown on exactly those days
paid as (

    select
        payouts.payout_id,
        payouts.account_id,
        payouts.brand_id,
        payouts.platform,
        payouts.currency,
        {{ period_start('month', 'payouts.period_end') }} as month,
        payouts.amount,
        case
            when
                count(coalesce(account_days.impressions, account_days.views))
                = {{ days_between('payouts.period_start', 'payouts.period_end') }} + 1
                then sum(coalesce(account_days.impressions, account_days.views))
        end as exposure
    from payouts
    left join account_days
        on
            payouts.account_id = account_days.account_id
            and account_days.date between payouts.period_start and payouts.period_end
    group by
        payouts.payout_id,
        payouts.account_id,
        payouts.brand_id,
        payouts.platform,
        payouts.currency,
        payouts.period_start,
        payouts.period_end,
        payouts.amount

),

-- a payout whose days are not all known counts on neither side
months as (

    select
        account_id,
        month,
        currency,
        max(brand_id) as brand_id,
        max(platform) as platform,
        cast(sum(amount) as decimal(18, 2)) as payout_amount,
        cast(sum(case when exposure is not null then amount end) as decimal(18, 2)) as payout_amount_counted,
        cast(sum(exposure) as bigint) as exposure
    from paid
    group by account_id, month, currency

),

viral_months as (

    select
        account_id,
        {{ period_start('month', 'published_utc_date') }} as month
    from viral_posts
    group by account_id, {{ period_start('month', 'published_utc_date') }}

),

rated as (

    select
        months.*,
        viral_months.account_id is not null as has_viral_post,
        1000 * {{ ratio('months.payout_amount_counted', 'months.exposure') }} as rpm
    from months
    left join viral_months
        on
            months.account_id = viral_months.account_id
            and months.month = viral_months.month

),

-- the range of the months up to this one, those of a viral post left out
ranges as (

    select
        today.account_id,
        today.month,
        today.currency,
        cast(count(earlier.rpm) as bigint) as month_n,
        cast(percentile_cont(0.1) within group (order by earlier.rpm) as double) as rpm_low,
        cast(percentile_cont(0.9) within group (order by earlier.rpm) as double) as rpm_high
    from rated as today
    cross join rules
    inner join rated as earlier
        on
            today.account_id = earlier.account_id
            and today.currency = earlier.currency
            and today.month >= earlier.month
            and earlier.month >= {{ add_days('today.month', '-31 * rules.history_months') }}
            and not earlier.has_viral_post
            and earlier.rpm is not null
    group by today.account_id, today.month, today.currency

)

select
    rated.account_id,
    rated.month,
    rated.currency,
    rated.brand_id,
    rated.platform,
    rated.payout_amount,
    rated.payout_amount_counted,
    rated.exposure,
    rated.rpm,
    rated.has_viral_post,
    coalesce(ranges.month_n, 0) as month_n,
    case when ranges.month_n >= rules.months_least then ranges.rpm_low end as rpm_low,
    case when ranges.month_n >= rules.months_least then ranges.rpm_high end as rpm_high,
    case when coalesce(ranges.month_n, 0) < rules.months_least then 'too_few_months' end as refused_reason
from rated
cross join rules
left join ranges
    on
        rated.account_id = ranges.account_id
        and rated.month = ranges.month
        and rated.currency = ranges.currency
