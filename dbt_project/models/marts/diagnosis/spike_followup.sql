with

incidents as (

    select * from {{ ref('impression_triage') }}
    where cut_order = 1 and delta_total > 0

),

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

account_days as (

    select * from {{ ref('fct_account_daily') }}

),

site_days as (

    select * from {{ ref('fct_site_daily') }}

),

activities as (

    select * from {{ ref('stg_files__activity_log') }}
    where activity = 'page_down'

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

-- the days of the incident, a week of it at most, and the four weeks before
spans as (

    select
        incidents.account_id,
        incidents.incident_start,
        accounts.brand_id,
        accounts.platform,
        {{ add_days('incidents.incident_start', -28) }} as before_start,
        least(incidents.incident_end, {{ add_days('incidents.incident_start', 6) }}) as last_date
    from incidents
    inner join accounts
        on incidents.account_id = accounts.account_id

),

reactions as (

    select
        {% for measure in ['quotes', 'engagements'] %}
        avg(
            case when account_days.date >= spans.incident_start then cast(account_days.{{ measure }} as double) end
        ) as {{ measure }}_a_day,
        avg(
            case when account_days.date < spans.incident_start then cast(account_days.{{ measure }} as double) end
        ) as previous_{{ measure }}_a_day,
        {% endfor %}
        spans.account_id,
        spans.incident_start
    from spans
    inner join account_days
        on
            spans.account_id = account_days.account_id
            and account_days.date between spans.before_start and spans.last_date
    group by spans.account_id, spans.incident_start

),

-- visits a day from each page of others that links here
referrers as (

    select
        spans.account_id,
        spans.incident_start,
        site_days.source as referrer,
        sum(case when site_days.date >= spans.incident_start then site_days.sessions else 0 end)
        / cast({{ days_between('spans.incident_start', 'spans.last_date') }} + 1 as double) as sessions_a_day,
        sum(case when site_days.date < spans.incident_start then site_days.sessions else 0 end)
        / cast(28 as double) as previous_sessions_a_day
    from spans
    inner join site_days
        on
            spans.brand_id = site_days.brand_id
            and site_days.date between spans.before_start and spans.last_date
            and site_days.medium = 'referral'
            and site_days.platform = 'other'
    group by
        spans.account_id,
        spans.incident_start,
        spans.last_date,
        site_days.source

),

top_referrers as (

    select
        *,
        row_number() over (
            partition by account_id, incident_start
            order by
                sessions_a_day - previous_sessions_a_day desc,
                referrer asc
        ) as place
    from referrers

),

pages_down as (

    select
        spans.account_id,
        spans.incident_start,
        min(coalesce(activities.detail, 'a page')) as page
    from spans
    inner join activities
        on
            spans.brand_id = activities.brand_id
            and cast(activities.occurred_at as date) <= spans.last_date
            and (
                activities.status = 'open'
                or cast(activities.occurred_at as date) >= spans.incident_start
            )
    group by spans.account_id, spans.incident_start

),

measured as (

    select
        spans.account_id,
        spans.incident_start,
        spans.brand_id,
        spans.platform,
        reactions.quotes_a_day,
        reactions.previous_quotes_a_day,
        reactions.engagements_a_day,
        reactions.previous_engagements_a_day,
        reactions.quotes_a_day - reactions.previous_quotes_a_day as quotes_change,
        reactions.engagements_a_day - reactions.previous_engagements_a_day as engagements_change,
        top_referrers.referrer,
        top_referrers.sessions_a_day as referrer_sessions_a_day,
        top_referrers.previous_sessions_a_day as previous_referrer_sessions_a_day,
        pages_down.page as page_down,
        rules.sufficient_share
    from spans
    cross join rules
    left join reactions
        on
            spans.account_id = reactions.account_id
            and spans.incident_start = reactions.incident_start
    left join top_referrers
        on
            spans.account_id = top_referrers.account_id
            and spans.incident_start = top_referrers.incident_start
            and top_referrers.place = 1
            and top_referrers.sessions_a_day > top_referrers.previous_sessions_a_day
    left join pages_down
        on
            spans.account_id = pages_down.account_id
            and spans.incident_start = pages_down.incident_start

)

select
    account_id,
    incident_start,
    brand_id,
    platform,
    quotes_a_day,
    previous_quotes_a_day,
    engagements_a_day,
    previous_engagements_a_day,
    quotes_change,
    engagements_change,
    case when engagements_change > 0 then {{ ratio('quotes_change', 'engagements_change') }} end
        as quoted_share_change,
    referrer,
    referrer_sessions_a_day,
    previous_referrer_sessions_a_day,
    page_down,
    case when page_down is not null then 'down' end as lp_status,
    case when page_down is null then 'no_source' end as lp_status_null_reason,
    case
        when page_down is not null then 'red'
        when engagements_change > 0 and quotes_change >= sufficient_share * engagements_change then 'quoted'
        when referrer is not null then 'referred'
        else 'neither'
    end as verdict
from measured
