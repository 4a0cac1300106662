with

counts as (

    select * from {{ ref('int_brand_counts_by_period') }}

),

metrics as (

    select * from {{ ref('int_metrics_current') }}

),

ratios as (

    select
        numerators.brand_id,
        metrics.metric_id,
        numerators.period_type,
        numerators.period_start,
        numerators.period_end,
        -- two sums make a rate only when they are of equally many days
        uppers.kind <> 'count'
        or lowers.kind <> 'count'
        or numerators.days_known = denominators.days_known as is_paired,
        numerators.value as numerator,
        denominators.value as denominator,
        metrics.unit,
        coalesce(numerators.null_reason, denominators.null_reason) as null_reason,
        numerators.is_partial,
        numerators.is_settled and denominators.is_settled as is_settled,
        least(numerators.days_known, denominators.days_known) as days_known
    from metrics
    inner join metrics as uppers
        on metrics.numerator = uppers.metric_id
    inner join metrics as lowers
        on metrics.denominator = lowers.metric_id
    inner join counts as numerators
        on metrics.numerator = numerators.metric_id
    inner join counts as denominators
        on
            metrics.denominator = denominators.metric_id
            and numerators.brand_id = denominators.brand_id
            and numerators.period_type = denominators.period_type
            and numerators.period_start = denominators.period_start
    where metrics.kind in ('ratio', 'share')

),

unioned as (

    select
        brand_id,
        metric_id,
        period_type,
        period_start,
        period_end,
        cast(value as double) as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        unit,
        null_reason,
        is_partial,
        is_settled,
        days_known
    from counts

    union all

    select
        brand_id,
        metric_id,
        period_type,
        period_start,
        period_end,
        case when is_paired then {{ ratio('numerator', 'denominator') }} end as value,
        case when is_paired then cast(numerator as double) end as numerator,
        case when is_paired then cast(denominator as double) end as denominator,
        unit,
        case when is_paired then null_reason else coalesce(null_reason, 'no_source') end as null_reason,
        is_partial,
        is_settled,
        days_known
    from ratios

)

select * from unioned
