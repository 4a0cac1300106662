{% set key = ['model_id', 'model_version', 'entity_type', 'entity_id', 'period_type', 'period_start'] -%}

with

scores as (

    select * from {{ ref('engagement_scores') }}
    where is_newest

),

contributions as (

    select * from {{ ref('engagement_score_contributions') }}

),

signals as (

    select * from {{ ref('int_score_signals_activated') }}

),

alerts as (

    select * from {{ ref('engagement_score_alerts') }}

),

bands as (

    select * from {{ ref('score_bands') }}

),

actions as (

    select * from {{ ref('score_actions') }}

),

playbook as (

    select * from {{ ref('score_playbook') }}

),

known as (

    select
        scores.model_id,
        scores.model_version,
        scores.period_type,
        events.entity_type,
        events.entity_id,
        events.event_type,
        events.quantity,
        row_number() over (
            partition by
                scores.model_id, scores.model_version, scores.period_type, events.entity_type, events.entity_id,
                case when events.event_type like 'value:%' then 'value' else 'consent' end
            order by events.occurred_at desc, events.event_id desc
        ) as recency
    from {{ ref('int_score_events_unioned') }} as events
    inner join scores
        on
            events.entity_type = scores.entity_type
            and events.entity_id = scores.entity_id
            and events.event_date <= scores.scored_until
    where
        events.source in ('outcomes', 'conversions')
        and (events.event_type like 'value:%' or events.event_type like 'consent:%')

),

worth as (

    select
        model_id,
        model_version,
        period_type,
        entity_type,
        entity_id,
        max(case when event_type like 'value:%' then cast(quantity as decimal(18, 2)) end) as value_amount,
        max(case when event_type like 'value:%' then replace(event_type, 'value:', '') end) as currency,
        max(
            case event_type
                when 'consent:given' then 1
                when 'consent:withdrawn' then 0
            end
        ) as consent
    from known
    where recency = 1
    group by model_id, model_version, period_type, entity_type, entity_id

),

-- the band above the score's own, and what lacks to its edge
aimed as (

    select
        scores.model_id,
        scores.model_version,
        scores.entity_type,
        scores.entity_id,
        scores.period_type,
        scores.period_start,
        bands.band as next_band,
        bands.label_en as next_label_en,
        bands.label_ja as next_label_ja,
        bands.lower_incl - scores.score as points_lacking,
        row_number() over (
            partition by
                scores.model_id, scores.model_version, scores.entity_type, scores.entity_id, scores.period_type,
                scores.period_start
            order by bands.lower_incl
        ) as place
    from scores
    inner join bands
        on
            scores.model_id = bands.model_id
            and scores.model_version = bands.model_version
            and greatest(scores.score, 0) < bands.lower_incl

),

weighed as (

    select
        contributions.*,
        signals.weight,
        signals.count_mode,
        signals.group_limit,
        aimed.points_lacking,
        coalesce(signals.cap, case signals.count_mode when 'once' then signals.weight end) as ceiling,
        -- what a signal has to beat: its own points, or those of the one that holds its exclusive group
        sum(contributions.points) over (
            partition by
                contributions.model_id, contributions.model_version, contributions.entity_type,
                contributions.entity_id, contributions.period_type, contributions.period_start,
                coalesce('group ' || signals.exclusive_group, 'signal ' || contributions.signal_id)
        ) as points_held,
        sum(contributions.points) over (
            partition by
                contributions.model_id, contributions.model_version, contributions.entity_type,
                contributions.entity_id, contributions.period_type, contributions.period_start, signals.score_group
        ) as points_of_group
    from contributions
    inner join aimed
        on
            {% for column in key -%}
            contributions.{{ column }} = aimed.{{ column }} and{{ ' ' }}
            {%- endfor %}aimed.place = 1
    inner join signals
        on
            contributions.model_id = signals.model_id
            and contributions.model_version = signals.model_version
            and contributions.signal_id = signals.signal_id
    -- what a reweighted signal gives depends on all others
    where coalesce(signals.missing, 'zero') <> 'reweight'

),

-- n at which this signal alone would lift the score into the next band; NULL where it can't
turned as (

    select
        *,
        case
            when weight > 0 and count_mode = 'once' and ceiling >= points_held + points_lacking then 1
            when weight > 0 and count_mode = 'per_unit' and coalesce(ceiling, 1e18) >= points_held + points_lacking
                then ceil(round((points_held + points_lacking) / weight, 6))
            when weight < 0 and points_held + points_lacking <= 0 and points < 0
                then
                    case count_mode
                        when 'once' then case when points_lacking <= -points then 0 end
                        else floor(round((points_held + points_lacking) / weight, 6))
                    end
        end as n_needed
    from weighed

),

steps as (

    select
        *,
        abs(n_needed - n) as step_units,
        row_number() over (
            partition by model_id, model_version, entity_type, entity_id, period_type, period_start
            order by case count_mode when 'per_unit' then 0 else 1 end, abs(n_needed - n), signal_order, signal_id
        ) as place
    from turned
    where
        n_needed is not null
        and n_needed <> n
        and (group_limit is null or points_of_group + points_lacking <= greatest(group_limit, 0))

),

-- what speaks for the action: the signal of an alert, else the weakest of a low score and the strongest of a high one
reasons as (

    select
        scores.model_id,
        scores.model_version,
        scores.entity_type,
        scores.entity_id,
        scores.period_type,
        scores.period_start,
        alerts.alert_rule,
        contributions.signal_id,
        contributions.label_en,
        contributions.label_ja,
        contributions.points,
        row_number() over (
            partition by
                scores.model_id, scores.model_version, scores.entity_type, scores.entity_id, scores.period_type,
                scores.period_start
            order by
                case when contributions.signal_id = alerts.top_signal_id then 0 else 1 end,
                alerts.alert_rule,
                case when scores.score_pct >= 50 then -contributions.points else contributions.points end,
                contributions.signal_order,
                contributions.signal_id
        ) as place
    from scores
    inner join contributions
        on
            scores.model_id = contributions.model_id
            and scores.model_version = contributions.model_version
            and scores.entity_type = contributions.entity_type
            and scores.entity_id = contributions.entity_id
            and scores.period_type = contributions.period_type
            and scores.period_start = contributions.period_start
    left join alerts
        on
            scores.model_id = alerts.model_id
            and scores.model_version = alerts.model_version
            and scores.entity_type = alerts.entity_type
            and scores.entity_id = alerts.entity_id
            and scores.period_type = alerts.period_type
            and scores.period_start = alerts.period_start

),

-- who was put into another band is treated as one at its lower edge
acted as (

    select
        scores.*,
        1 - least(greatest(scores.score_pct, 0), 100) / 100 as risk,
        case
            when scores.override_id is null then greatest(scores.score_pct, 0)
            else {{ ratio('100 * bands.lower_incl', 'scores.scale_max') }}
        end as action_pct
    from scores
    left join bands
        on
            scores.model_id = bands.model_id
            and scores.model_version = bands.model_version
            and scores.band_in_force = bands.band

),

chosen as (

    select
        acted.*,
        coalesce(actions.action_id, 'keep_in_touch') as next_action_id,
        coalesce(actions.label_en, 'Keep in touch') as action_en,
        coalesce(actions.label_ja, '関係を保つ') as action_ja
    from acted
    left join actions
        on
            acted.model_id = actions.model_id
            and acted.model_version = actions.model_version
            and acted.action_pct >= actions.lower_incl
            and (actions.upper_excl is null or acted.action_pct < actions.upper_excl)

)

select
    chosen.model_id,
    chosen.model_version,
    chosen.entity_type,
    chosen.entity_id,
    chosen.period_type,
    chosen.period_start,
    chosen.score,
    chosen.score_pct,
    chosen.band_in_force,
    chosen.next_action_id as action_id,
    chosen.action_en,
    chosen.action_ja,
    playbook.channel,
    playbook.owner,
    reasons.alert_rule,
    reasons.signal_id as reason_signal_id,
    reasons.points as reason_points,
    coalesce(reasons.alert_rule || ': ', '') || reasons.label_en || ' '
    || cast(cast(round(reasons.points) as bigint) as {{ dbt.type_string() }}) as reason_en,
    coalesce(case reasons.alert_rule when 'sudden_drop' then '急落: ' when 'sustained_low' then '低迷: ' end, '')
    || reasons.label_ja || ' '
    || cast(cast(round(reasons.points) as bigint) as {{ dbt.type_string() }}) as reason_ja,
    chosen.risk,
    worth.value_amount,
    worth.currency,
    chosen.risk * cast(worth.value_amount as double) as priority_amount,
    cast(
        row_number() over (
            partition by
                chosen.model_id, chosen.model_version, chosen.entity_type, chosen.period_type, worth.currency
            order by
                coalesce(chosen.risk * cast(worth.value_amount as double), -1) desc,
                chosen.risk desc,
                chosen.entity_id asc
        ) as bigint
    ) as priority_rank,
    case
        when chosen.score_percentile > 90 then 'power_user'
        when chosen.rank = max(chosen.rank) over (
            partition by chosen.model_id, chosen.model_version, chosen.entity_type, chosen.period_type
        ) or chosen.score_percentile <= 10 then 'friction'
    end as segment,
    aimed.next_band,
    aimed.points_lacking,
    steps.signal_id as step_signal_id,
    case when steps.n_needed < steps.n then -steps.step_units else steps.step_units end as step_units,
    '+' || cast(cast(ceil(aimed.points_lacking) as bigint) as {{ dbt.type_string() }}) || ' to ' || aimed.next_label_en
    || ': ' || cast(cast(steps.step_units as bigint) as {{ dbt.type_string() }})
    || case when steps.n_needed < steps.n then ' less of ' else ' more of ' end || steps.label_en as step_en,
    aimed.next_label_ja || 'まで+'
    || cast(cast(ceil(aimed.points_lacking) as bigint) as {{ dbt.type_string() }}) || ': ' || steps.label_ja
    || case when steps.n_needed < steps.n then 'をあと-' else 'をあと+' end
    || cast(cast(steps.step_units as bigint) as {{ dbt.type_string() }}) as step_ja,
    worth.consent = 1 as has_consent,
    chosen.override_id,
    chosen.is_partial,
    chosen.is_stale
from chosen
inner join reasons
    on
        {% for column in key -%}
        chosen.{{ column }} = reasons.{{ column }} and{{ ' ' }}
        {%- endfor %}reasons.place = 1
left join aimed
    on
        {% for column in key -%}
        chosen.{{ column }} = aimed.{{ column }} and{{ ' ' }}
        {%- endfor %}aimed.place = 1
left join steps
    on
        {% for column in key -%}
        chosen.{{ column }} = steps.{{ column }} and{{ ' ' }}
        {%- endfor %}steps.place = 1
left join playbook on chosen.next_action_id = playbook.action_id
left join worth
    on
        chosen.model_id = worth.model_id
        and chosen.model_version = worth.model_version
        and chosen.period_type = worth.period_type
        and chosen.entity_type = worth.entity_type
        and chosen.entity_id = worth.entity_id
