{# Two-sided 95 %. #}
{% set z = 1.96 %}
with

metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}

),

kpi_targets as (

    select * from {{ ref('kpi_targets') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

brands as (

    select brand_id from metrics
    group by brand_id

),

steps_in_force as (

    select
        brands.brand_id,
        kpi_targets.kgi_id,
        kpi_targets.step_order,
        kpi_targets.metric_id,
        kpi_targets.period_type,
        kpi_targets.kind,
        kpi_targets.given_rate,
        kpi_targets.rate_metric_id,
        kpi_targets.minimum_units,
        rank() over (
            partition by brands.brand_id, kpi_targets.kgi_id
            order by case when kpi_targets.brand_id = '*' then 1 else 0 end
        ) as preference
    from brands
    inner join kpi_targets on kpi_targets.brand_id in ('*', brands.brand_id)
    cross join reporting_window
    where
        kpi_targets.method = 'backcast'
        and kpi_targets.valid_from <= reporting_window.last_date
        and (kpi_targets.valid_to is null or kpi_targets.valid_to >= reporting_window.last_date)

),

observed as (

    select
        metrics.brand_id,
        metrics.metric_id,
        cast(sum(cast(metrics.numerator as decimal(38, 10))) as double) as hits,
        cast(sum(cast(metrics.denominator as decimal(38, 10))) as double) as units
    from metrics
    cross join reporting_window
    where
        metrics.period_type = 'day'
        and metrics.denominator is not null
        and metrics.numerator is not null
        and metrics.period_start > {{ add_days('reporting_window.last_date', -90) }}
    group by metrics.brand_id, metrics.metric_id

),

rated as (

    -- a share of more than one, or of nothing, is no rate to plan with: the given one stays
    select
        steps_in_force.*,
        observed.units,
        cast(observed.hits as double) / nullif(observed.units, 0) as share,
        coalesce(
            observed.units >= steps_in_force.minimum_units
            and observed.hits > 0
            and observed.hits <= observed.units,
            false
        ) as is_measured
    from steps_in_force
    left join observed
        on
            steps_in_force.brand_id = observed.brand_id
            and steps_in_force.rate_metric_id = observed.metric_id
    where steps_in_force.preference = 1

),

bounded as (

    -- Wilson's score interval
    select
        *,
        case when is_measured then share else given_rate end as rate,
        case
            when is_measured
                then
                    (
                        share + {{ z * z }} / (2 * units)
                        - {{ z }} * sqrt(share * (1 - share) / units + {{ z * z }} / (4 * units * units))
                    )
                    / (1 + {{ z * z }} / units)
            else given_rate
        end as rate_low,
        case
            when is_measured
                then
                    (
                        share + {{ z * z }} / (2 * units)
                        + {{ z }} * sqrt(share * (1 - share) / units + {{ z * z }} / (4 * units * units))
                    )
                    / (1 + {{ z * z }} / units)
            else given_rate
        end as rate_high
    from rated

)

select
    brand_id,
    kgi_id,
    step_order,
    metric_id,
    period_type,
    kind,
    case when step_order > 1 then rate end as rate,
    case
        when step_order > 1 and is_measured then 'measured'
        when step_order > 1 and given_rate is not null then 'given'
    end as rate_source,
    case when step_order > 1 then rate_low end as rate_low,
    case when step_order > 1 then rate_high end as rate_high
from bounded
