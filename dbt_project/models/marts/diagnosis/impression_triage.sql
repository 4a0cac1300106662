{% set cuts = ['period', 'viral', 'volume', 'platform', 'access'] %}

with

parts as (

    select * from {{ ref('int_incident_parts') }}

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

triage_cuts as (

    select * from {{ ref('triage_cuts') }}
    where cut_set = 'incident'

),

judged as (

    select
        *,
        true as is_period_checked,
        true as is_viral_checked,
        -- while no day is counted nobody can say how many posts there were on counted ones
        posts_after is not null or is_volume_unusual as is_volume_checked,
        -- without others to compare with nobody can say that it is the platform
        growth_signals = 0 or peers > 0 as is_platform_checked,
        true as is_access_checked,
        period_signals > 0 as is_period,
        viral_signals > 0 as is_viral,
        is_volume_unusual as is_volume,
        is_shared as is_platform,
        is_accessed as is_access,
        (days_after - days_counted) || ' of ' || days_after || ' days are not counted yet' as period_evidence,
        'beyond the usual of a post: ' || cast(round(viral_before) as bigint) || ' before, '
        || cast(round(viral_after) as bigint) || ' now' as viral_evidence,
        'posts ' || round(posts_before, 1) || ' before, ' || coalesce(posts_after || ' now', 'no day counted yet')
            as volume_evidence,
        case
            when growth_signals = 0 then 'posts already out grew as posts of their age do'
            when peers = 0 then 'no other account of the platform to compare with'
            else
                'posts already out grew by ' || cast(round(100 * (exp(own_growth_off) - 1)) as bigint)
                || ' % against usual, those of ' || peers || ' others by '
                || cast(round(100 * (exp(peers_growth_off) - 1)) as bigint) || ' %'
        end as platform_evidence,
        case
            when is_accessed then 'following: ' || cast(accounts_followed as bigint) || ' more within a day'
            else 'following: no jump'
        end as access_evidence
    from parts

),

laid_out as (

    {% for cut in cuts %}
    select
        account_id,
        incident_start,
        incident_end,
        '{{ cut }}' as cut,
        delta_total,
        delta_{{ cut }} as delta_explained,
        delta_unexplained,
        exposures_before,
        is_{{ cut }}_checked as is_checked,
        is_{{ cut }} as is_found,
        {{ cut }}_evidence as evidence
    from judged
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

ordered as (

    select
        laid_out.*,
        triage_cuts.cut_order,
        triage_cuts.question_en,
        triage_cuts.question_ja,
        -- the first cut that is found and explains enough; where none explains enough, the one that explains most
        row_number() over (
            partition by laid_out.account_id, laid_out.incident_start
            order by
                case when laid_out.is_found then 0 else 1 end,
                case
                    when
                        sign(laid_out.delta_explained) = sign(laid_out.delta_total)
                        and abs(laid_out.delta_explained) >= rules.sufficient_share * abs(laid_out.delta_total)
                        then triage_cuts.cut_order
                    else 9
                end,
                abs(laid_out.delta_explained) desc,
                triage_cuts.cut_order
        ) as place
    from laid_out
    cross join rules
    inner join triage_cuts
        on laid_out.cut = triage_cuts.cut

)

select
    account_id,
    incident_start,
    cast(cut_order as bigint) as cut_order,
    incident_end,
    cut,
    question_en,
    question_ja,
    is_checked as checked,
    delta_total,
    delta_explained,
    delta_unexplained,
    {{ ratio('delta_total', 'exposures_before') }} as exposure_change_pct,
    case
        when is_found and cut = 'period' then 'period_mismatch'
        when is_found and cut = 'viral' and delta_explained < 0 then 'viral_base'
        when is_found then cut
        when not is_checked then 'unknown'
        else 'exonerated'
    end as verdict,
    place = 1 and is_found as is_cause,
    coalesce(
        max(case when place = 1 and is_found then cut end) over (partition by account_id, incident_start),
        'unexplained'
    ) as incident_verdict,
    evidence
from ordered
