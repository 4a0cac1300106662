with

periods as (

    select * from {{ ref('account_periods') }}
    where period_type = 'week'

),

rules as (

    {{ rules_in_force('performance_rules') }}

),

weeks as (

    select
        account_id,
        brand_id,
        period_start as week_start,
        is_partial,
        cast(max(case when metric_id = 'followers' then value end) as bigint) as followers,
        cast(max(case when metric_id = 'followers' then previous_value end) as bigint) as previous_followers,
        -- half a week of reactions over all followers would be no rate
        {% for prefix in ['', 'previous_'] %}
        cast(
            max(case when metric_id = 'engagements' and {{ prefix }}days_known = days then {{ prefix }}value end)
            as bigint
        ) as {{ prefix }}engagements,
        {% endfor %}
        cast(max(case when metric_id = 'reach' then value end) as bigint) as reach,
        cast(max(case when metric_id = 'reach' then previous_value end) as bigint) as previous_reach
    from periods
    where metric_id in ('followers', 'engagements', 'reach')
    group by
        account_id,
        brand_id,
        period_start,
        is_partial
    having max(case when metric_id = 'followers' then 1 end) = 1

),

rated as (

    select
        *,
        {{ ratio('followers - previous_followers', 'previous_followers') }} as followers_change_pct,
        {{ ratio('engagements', 'followers') }} as er_followers,
        {{ ratio('previous_engagements', 'previous_followers') }} as previous_er_followers,
        {{ ratio('reach', 'followers') }} as reach_per_follower,
        {{ ratio('previous_reach', 'previous_followers') }} as previous_reach_per_follower
    from weeks

),

compared as (

    select
        *,
        {{ ratio('er_followers - previous_er_followers', 'previous_er_followers') }} as er_followers_change_pct,
        {{ ratio('reach_per_follower - previous_reach_per_follower', 'previous_reach_per_follower') }}
            as reach_per_follower_change_pct
    from rated

),

ruled as (

    select
        compared.*,
        rules.followers_change_least,
        rules.er_change_least,
        rules.reach_change_least
    from compared
    cross join rules

)

select
    account_id,
    week_start,
    brand_id,
    is_partial,
    followers,
    previous_followers,
    followers_change_pct,
    engagements,
    previous_engagements,
    er_followers,
    previous_er_followers,
    er_followers_change_pct,
    reach,
    previous_reach,
    reach_per_follower,
    previous_reach_per_follower,
    reach_per_follower_change_pct,
    coalesce(
        followers_change_pct >= followers_change_least and er_followers_change_pct <= -er_change_least, false
    ) as is_dilution,
    coalesce(
        followers_change_pct > 0 and reach_per_follower_change_pct <= -reach_change_least, false
    ) as is_reach_decoupled
from ruled
