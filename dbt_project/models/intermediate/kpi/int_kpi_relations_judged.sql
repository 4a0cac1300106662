{% set z = 1.96 %}
{% set fewest_days = 28 %}
{% set memory_days = 7 %}
with

fits as (

    select * from {{ ref('int_kpi_relation_fits') }}

),

correlated as (

    -- in logarithms where nearly every day has a number above zero, else as they are
    select
        *,
        case when log_all_n >= 0.9 * lin_all_n then 'log' else 'linear' end as scale,
        {% for part in ['all', 'reference', 'recent'] %}
        case
            when log_all_n >= 0.9 * lin_all_n then {{ fit_r('log_' ~ part) }} else {{ fit_r('lin_' ~ part) }}
        end as r_{{ part }},
        case when log_all_n >= 0.9 * lin_all_n then log_{{ part }}_n else lin_{{ part }}_n end as n_{{ part }},
        {% for moment in ['x', 'y', 'xx', 'yy', 'xy'] %}
        case
            when log_all_n >= 0.9 * lin_all_n then log_{{ part }}_{{ moment }} else lin_{{ part }}_{{ moment }}
        end as {{ part }}_{{ moment }},
        {% endfor %}
        {% endfor %}
        {{ fit_r('rnk_all') }} as spearman,
        {{ fit_slope('lin_all') }} as unit_slope
    from fits

),

own as (

    select
        brand_id,
        metric_id,
        assessed_on,
        lag_days,
        r_all
    from correlated
    where metric_id = related_metric_id

),

redundant as (

    -- Bartlett's formula: of how many steps of unrelated series one is worth as much as one drawn afresh
    select
        x.brand_id,
        x.metric_id,
        y.metric_id as related_metric_id,
        x.assessed_on,
        greatest(
            1 + 2 * coalesce(sum(
                case
                    when x.lag_days between 1 and {{ memory_days }}
                        then (1 - x.lag_days / cast({{ memory_days + 1 }} as double)) * x.r_all * y.r_all
                end
            ), 0),
            1
        ) as redundancy
    from own as x
    inner join own as y
        on
            x.brand_id = y.brand_id
            and x.assessed_on = y.assessed_on
            and x.lag_days = y.lag_days
    group by x.brand_id, x.metric_id, y.metric_id, x.assessed_on

),

ranked as (

    select
        correlated.*,
        redundant.redundancy,
        correlated.n_all as all_n,
        correlated.n_reference as reference_n,
        correlated.n_recent as recent_n,
        row_number() over (
            partition by
                correlated.brand_id, correlated.metric_id, correlated.related_metric_id, correlated.assessed_on
            order by abs(coalesce(correlated.r_all, 0)) desc, correlated.lag_days
        ) as place,
        row_number() over (
            partition by
                correlated.brand_id, correlated.metric_id, correlated.related_metric_id, correlated.assessed_on
            order by abs(coalesce(correlated.r_reference, 0)) desc, correlated.lag_days
        ) as reference_place
    from correlated
    inner join redundant
        on
            correlated.brand_id = redundant.brand_id
            and correlated.metric_id = redundant.metric_id
            and correlated.related_metric_id = redundant.related_metric_id
            and correlated.assessed_on = redundant.assessed_on
    where correlated.metric_id <> correlated.related_metric_id

),

sloped as (

    select
        *,
        {{ fit_slope('reference') }} as slope,
        (reference_y - reference_x * {{ fit_slope('reference') }}) / nullif(reference_n, 0) as intercept
    from ranked
    where reference_place = 1

),

foretold as (

    -- what the older days taught is put to the newer ones, at the lag that the older ones chose
    select
        brand_id,
        metric_id,
        related_metric_id,
        assessed_on,
        r_reference,
        r_recent,
        {{ fit_r2_of_other('reference', 'recent') }} as r2_out_of_time,
        coalesce(
            reference_n >= {{ fewest_days }}
            and abs({{ fisher_z('r_reference') }}) * sqrt({{ fit_freedom('reference_n', 'redundancy') }})
            > {{ kpi_lag_z() }},
            false
        ) as was_supported,
        coalesce(
            recent_n > {{ kpi_fit_cost() + 3 }}
            and abs({{ fisher_z('r_recent') }}) * sqrt({{ fit_freedom('recent_n', 'redundancy') }}) < {{ z }}
            and (abs({{ fisher_z('r_reference') }}) - abs({{ fisher_z('r_recent') }}))
            / sqrt(
                1 / {{ fit_freedom('reference_n', 'redundancy') }} + 1 / {{ fit_freedom('recent_n', 'redundancy') }}
            ) > 2,
            false
        ) as has_faded
    from sloped
    where reference_n > {{ kpi_fit_cost() }}

),

fitted as (

    select
        ranked.brand_id,
        ranked.metric_id,
        ranked.related_metric_id,
        ranked.assessed_on,
        ranked.lag_days,
        ranked.scale,
        ranked.redundancy,
        cast(ranked.all_n as bigint) as day_n,
        ranked.r_all as r,
        case
            when ranked.all_n > {{ kpi_fit_cost() }}
                then {{ z }} / sqrt({{ fit_freedom('ranked.all_n', 'ranked.redundancy') }})
        end as z_error,
        ranked.spearman,
        ranked.unit_slope,
        case
            when ranked.scale = 'log' then {{ fit_slope('all') }}
            else ranked.unit_slope * ranked.x_mean / nullif(ranked.y_mean, 0)
        end as elasticity,
        foretold.r_reference,
        foretold.r_recent,
        foretold.r2_out_of_time,
        coalesce(foretold.was_supported, false) as was_supported,
        coalesce(foretold.has_faded, false) as has_faded
    from ranked
    left join foretold
        on
            ranked.brand_id = foretold.brand_id
            and ranked.metric_id = foretold.metric_id
            and ranked.related_metric_id = foretold.related_metric_id
            and ranked.assessed_on = foretold.assessed_on
    where ranked.place = 1

),

judged as (

    select
        *,
        {{ z }} * abs(elasticity) * sqrt((1 / nullif(r * r, 0) - 1) / {{ fit_freedom('day_n', 'redundancy') }})
            as elasticity_error,
        case
            when day_n < {{ fewest_days }} or r is null then 'insufficient'
            when was_supported and has_faded then 'weak'
            when
                abs({{ fisher_z('r') }}) / z_error * {{ z }} > {{ kpi_lag_z() }}
                and coalesce(r2_out_of_time > 0, false)
                then 'supported'
            else 'not_supported'
        end as state
    from fitted

)

select
    *,
    elasticity - elasticity_error as elasticity_low,
    elasticity + elasticity_error as elasticity_high,
    {{ add_days('assessed_on', 92) }} as expires_on
from judged
