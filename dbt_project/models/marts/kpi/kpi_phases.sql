with

metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}

),

phases as (

    select * from {{ ref('phases') }}

),

choices as (

    select * from {{ ref('phase_choices') }}

),

months as (

    select
        brand_id,
        period_start,
        max(period_end) as period_end
    from metrics
    where period_type = 'month' and not is_partial
    group by brand_id, period_start

),

ruled as (

    select
        months.brand_id,
        months.period_start,
        months.period_end,
        phases.phase_order,
        phases.phase,
        phases.entry_metric_id,
        metrics.value,
        phases.entry_at_least,
        phases.entry_metric_id is null or coalesce(metrics.value >= phases.entry_at_least, false) as is_reached
    from months
    cross join phases
    left join metrics
        on
            months.brand_id = metrics.brand_id
            and months.period_start = metrics.period_start
            and metrics.period_type = 'month'
            and phases.entry_metric_id = metrics.metric_id

),

with_all_before as (

    select
        *,
        min(case when is_reached then 1 else 0 end) over (
            partition by brand_id, period_start
            order by phase_order
            rows between unbounded preceding and current row
        ) as stands
    from ruled

),

doubled as (

    -- one good month does not lead on and one bad month does not lead back
    select
        *,
        lag(stands) over (partition by brand_id, phase_order order by period_start) as stood
    from with_all_before

),

remembered as (

    select
        *,
        max(case when stands = 1 and (stood = 1 or phase_order = 1) then period_start end) over to_date as entered_on,
        max(case when stands = 0 and stood = 0 then period_start end) over to_date as left_on
    from doubled
    window to_date as (
        partition by brand_id, phase_order
        order by period_start
        rows between unbounded preceding and current row
    )

),

suggested as (

    select
        brand_id,
        period_start,
        max(period_end) as period_end,
        max(case when entered_on is not null and (left_on is null or left_on < entered_on) then phase_order end)
            as phase_order
    from remembered
    group by brand_id, period_start

),

accepted as (

    select
        suggested.*,
        choices.phase,
        choices.valid_from,
        row_number() over (
            partition by suggested.brand_id, suggested.period_start
            order by choices.valid_from desc
        ) as recency
    from suggested
    left join choices
        on
            suggested.brand_id = choices.brand_id
            and suggested.period_end >= choices.valid_from

)

select
    accepted.brand_id,
    accepted.period_start,
    coalesce(accepted.phase, first_phase.phase) as phase,
    accepted.valid_from as since,
    coalesce(phases.phase, first_phase.phase) as suggested_phase,
    coalesce(accepted.phase, first_phase.phase) <> coalesce(phases.phase, first_phase.phase) as is_switch_due,
    phases.label_en as suggested_label_en,
    phases.label_ja as suggested_label_ja,
    phases.focus_metrics,
    next_rule.entry_metric_id as metric_id,
    next_rule.value,
    next_rule.entry_at_least as next_phase_from
from accepted
left join phases on accepted.phase_order = phases.phase_order
inner join phases as first_phase on first_phase.phase_order = 1
left join ruled as next_rule
    on
        accepted.brand_id = next_rule.brand_id
        and accepted.period_start = next_rule.period_start
        and next_rule.phase_order = coalesce(accepted.phase_order, 1) + 1
where accepted.recency = 1
