{# Rates of a week: name here, metric on Instagram and on X, and the two counts that it is made of. #}
{% set rates = [
    ('er_exposure', 'er_exposure', 'er_exposure', 'engagements', 'exposure'),
    ('ctr_exposure', 'ctr_exposure', 'ctr_exposure', 'link_clicks', 'exposure'),
    ('profile_visit_rate', 'profile_visit_rate_views', 'profile_visit_rate_impressions', 'profile_visits', 'exposure'),
    ('bounce_rate', 'bounce_rate_sessions', 'bounce_rate_sessions', 'bounced_sessions', 'sessions'),
    (
        'dwell', 'engaged_time_per_engaged_session_s', 'engaged_time_per_engaged_session_s', 'engaged_time_s',
        'engaged_sessions'
    ),
    ('lead_rate', 'lead_rate_sessions', 'lead_rate_sessions', 'leads', 'sessions')
] %}

with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

measured as (

    select * from {{ ref('int_account_weeks_measured') }}

),

rules as (

    {{ rules_in_force('verdict_rules') }}

),

unioned as (

    select
        account_id,
        week_start,
        measure,
        metric_id,
        value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        null_reason
    from measured

    {% for measure, on_instagram, on_x, numerator, denominator in rates %}
    union all

    select
        uppers.account_id,
        uppers.week_start,
        '{{ measure }}' as measure,
        case when accounts.platform = 'instagram' then '{{ on_instagram }}' else '{{ on_x }}' end as metric_id,
        {{ ratio('uppers.value', 'lowers.value') }} as value,
        uppers.value as numerator,
        lowers.value as denominator,
        coalesce(
            uppers.null_reason, lowers.null_reason, case when lowers.value = 0 then 'zero_denominator' end
        ) as null_reason
    from measured as uppers
    inner join measured as lowers
        on
            uppers.account_id = lowers.account_id
            and uppers.week_start = lowers.week_start
    inner join accounts
        on uppers.account_id = accounts.account_id
    where uppers.measure = '{{ numerator }}' and lowers.measure = '{{ denominator }}'
    {% endfor %}

),

-- the whole weeks before, what comes later says nothing about it
compared as (

    select
        today.account_id,
        today.week_start,
        today.measure,
        earlier.value,
        median(earlier.value) over (
            partition by today.account_id, today.week_start, today.measure
        ) as base
    from unioned as today
    cross join rules
    inner join unioned as earlier
        on
            today.account_id = earlier.account_id
            and today.measure = earlier.measure
            and today.week_start > earlier.week_start
            and earlier.week_start >= {{ add_days('today.week_start', '-7 * rules.history_weeks') }}
    where earlier.value is not null

),

bases as (

    select
        account_id,
        week_start,
        measure,
        cast(count(*) as bigint) as base_n,
        max(base) as base,
        median(abs(value - base)) as base_mad
    from compared
    group by account_id, week_start, measure

),

scored as (

    select
        unioned.*,
        accounts.brand_id,
        accounts.platform,
        lag(unioned.value) over (
            partition by unioned.account_id, unioned.measure
            order by unioned.week_start
        ) as value_before,
        lag(unioned.week_start) over (
            partition by unioned.account_id, unioned.measure
            order by unioned.week_start
        ) as week_before,
        coalesce(bases.base_n, 0) as base_n,
        case when bases.base_n >= rules.weeks_least then bases.base end as base,
        case
            when bases.base_n >= rules.weeks_least
                then
                    (unioned.value - bases.base)
                    / nullif(greatest(1.4826 * bases.base_mad, rules.spread_least * abs(bases.base)), 0)
        end as z,
        -- to stay on the site is good, to leave it at once is not
        case when unioned.measure in ('bounce_rate', 'bounced_sessions') then -1 else 1 end as good_sign,
        rules.weak_z,
        rules.strong_z
    from unioned
    cross join rules
    inner join accounts
        on unioned.account_id = accounts.account_id
    left join bases
        on
            unioned.account_id = bases.account_id
            and unioned.week_start = bases.week_start
            and unioned.measure = bases.measure

)

select
    account_id,
    week_start,
    measure,
    metric_id,
    brand_id,
    platform,
    value,
    numerator,
    denominator,
    case when value is null then coalesce(null_reason, 'not_offered') end as null_reason,
    case when {{ days_between('week_before', 'week_start') }} = 7 then value_before end as previous_value,
    base,
    base_n,
    z,
    case
        when z is null then 'unknown'
        when good_sign * z <= -weak_z then 'weak'
        when good_sign * z >= strong_z then 'strong'
        else 'usual'
    end as standing
from scored
