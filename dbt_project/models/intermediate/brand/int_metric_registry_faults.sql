with

metrics as (

    select * from {{ ref('metrics') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by metric_id
            order by version desc
        ) as recency
    from metrics

),

in_force as (

    select * from ranked
    where recency = 1

),

-- what is organic on one platform and everything on the other is compared where both sides are told
sides as (

    select
        metric_id,
        kind,
        unit,
        {% for platform, scope in [('instagram', 'organic'), ('x', 'total')] %}
        case
            when scope_paid = 'none' then scope_paid
            when {{ platform }}_name is null then cast(null as {{ dbt.type_string() }})
            when scope_paid = 'by_platform' then '{{ scope }}'
            else scope_paid
        end as scope_paid_{{ platform }},
        {% endfor %}
        scope_audience,
        date_attribution
    from in_force

),

ratios as (

    select
        in_force.metric_id,
        in_force.kind,
        numerators.metric_id as numerator,
        denominators.metric_id as denominator,
        numerators.unit as numerator_unit,
        denominators.unit as denominator_unit,
    {% for side in ['numerator', 'denominator'] %}
    {{ side }}s.scope_paid_instagram as {{ side }}_paid_instagram,
    {{ side }}s.scope_paid_x as {{ side }}_paid_x,
    {{ side }}s.scope_audience as {{ side }}_audience,
    -- a level is of a moment, so that a count of any day or life may be set against it
    nullif({{ side }}s.date_attribution, 'moment') as {{ side }}_dates
    {{- ',' if not loop.last }}
    {% endfor %}
    from in_force
    inner join sides as numerators
        on in_force.numerator = numerators.metric_id
    inner join sides as denominators
        on in_force.denominator = denominators.metric_id

),

compared as (

    {% for fault, left_side, right_side in [
        ('paid_scopes_differ', 'numerator_paid_instagram', 'denominator_paid_instagram'),
        ('paid_scopes_differ', 'numerator_paid_x', 'denominator_paid_x'),
        ('audiences_differ', 'numerator_audience', 'denominator_audience'),
        ('dates_differ', 'numerator_dates', 'denominator_dates')
    ] %}
    select
        metric_id,
        '{{ fault }}' as fault,
        numerator || ' is ' || {{ left_side }} || ', ' || denominator || ' is ' || {{ right_side }} as explanation
    from ratios
    where
        kind = 'ratio'
        and {{ left_side }} <> {{ right_side }}
        and {{ left_side }} <> 'none'
        and {{ right_side }} <> 'none'

    union all
    {% endfor %}

    -- the part of a whole differs from it on purpose, but is counted in the same unit
    select
        metric_id,
        'share_of_another_unit' as fault,
        numerator || ' is in ' || numerator_unit || ', ' || denominator || ' in ' || denominator_unit as explanation
    from ratios
    where kind = 'share' and numerator_unit <> denominator_unit

    union all

    select
        metric_id,
        'scope_is_missing' as fault,
        metric_id || ' says not of which traffic, audience and date it is' as explanation
    from metrics
    where
        kind not in ('ratio', 'share')
        and (scope_paid is null or scope_audience is null or date_attribution is null)

)

select
    metric_id,
    fault,
    min(explanation) as explanation
from compared
group by metric_id, fault
