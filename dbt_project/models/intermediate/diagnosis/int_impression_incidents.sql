with

signals as (

    select * from {{ ref('int_incident_signals') }}

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

-- growth that falls and then rises again is one incident: the second turn ends what the first began
turns as (

    select
        growth.account_id,
        growth.first_date,
        max(case when other.first_date < growth.first_date then 1 else 0 end) as is_end,
        min(case when other.first_date > growth.first_date then other.first_date end) as end_date
    from signals as growth
    cross join rules
    left join signals as other
        on
            growth.account_id = other.account_id
            and other.cut = 'growth'
            and sign(other.strength) <> sign(growth.strength)
            and abs({{ days_between('growth.first_date', 'other.first_date') }}) <= rules.growth_lasts_days
    where growth.cut = 'growth'
    group by growth.account_id, growth.first_date

),

spans as (

    select
        account_id,
        cut,
        first_date,
        last_date,
        strength
    from signals
    where cut <> 'growth'

    union all

    select
        signals.account_id,
        signals.cut,
        signals.first_date,
        coalesce({{ add_days('turns.end_date', -1) }}, {{ add_days('signals.first_date', 6) }}) as last_date,
        signals.strength
    from signals
    inner join turns
        on
            signals.account_id = turns.account_id
            and signals.first_date = turns.first_date
    where signals.cut = 'growth' and turns.is_end = 0

),

running as (

    select
        *,
        max(last_date) over (
            partition by account_id
            order by first_date, last_date, cut
            rows between unbounded preceding and 1 preceding
        ) as last_date_before
    from spans

),

numbered as (

    select
        *,
        sum(case when last_date_before is null or first_date > {{ add_days('last_date_before', 1) }} then 1 else 0 end)
            over (
                partition by account_id
                order by first_date, last_date, cut
                rows between unbounded preceding and current row
            ) as incident_number
    from running

)

select
    account_id,
    incident_number,
    min(first_date) as incident_start,
    max(last_date) as incident_end,
    {% for cut in ['period', 'viral', 'volume', 'growth', 'access', 'total'] %}
    cast(count(case when cut = '{{ cut }}' then 1 end) as bigint) as {{ cut }}_signals,
    {% endfor %}
    min(case when cut = 'growth' then first_date end) as growth_date,
    max(case when cut = 'growth' then abs(strength) end) as growth_z,
    max(case when cut = 'access' then strength end) as accounts_followed,
    max(case when cut = 'viral' then strength end) as viral_z
from numbered
group by account_id, incident_number
