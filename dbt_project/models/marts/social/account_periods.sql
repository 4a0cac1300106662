with

counts as (

    select * from {{ ref('int_account_metric_windows') }}

),

metrics_current as (

    select * from {{ ref('int_metrics_current') }}

),

metrics as (

    select * from {{ ref('metrics') }}

),

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

-- from when to when each version of a definition holds; the first holds for all that was before
versions as (

    select
        metric_id,
        version,
        instagram_name,
        x_name,
        ga4_name,
        hubspot_name,
        case
            when lag(version) over (partition by metric_id order by version) is null then cast('1900-01-01' as date)
            else valid_from
        end as from_date,
        coalesce(
            lead(valid_from) over (partition by metric_id order by version), cast('9999-12-31' as date)
        ) as until_date
    from metrics

),

sides as (

    select
        numerators.account_id,
        numerators.brand_id,
        metrics_current.metric_id,
        metrics_current.kind,
        numerators.period_type,
        numerators.period_start,
        numerators.period_end,
        numerators.previous_start,
        numerators.days,
        numerators.is_partial,
        least(numerators.days_known, denominators.days_known) as days_known,
        least(numerators.previous_days_known, denominators.previous_days_known) as previous_days_known,
        coalesce(numerators.null_reason, denominators.null_reason) as null_reason,
        -- two sums make a rate only when they are of equally many days
        numerators.kind <> 'count'
        or denominators.kind <> 'count'
        or numerators.days_known = denominators.days_known as is_paired,
        numerators.kind <> 'count'
        or denominators.kind <> 'count'
        or numerators.previous_days_known = denominators.previous_days_known as is_previous_paired,
        coalesce(numerators.missing_reason, denominators.missing_reason, 'no_source') as missing_reason,
        numerators.value as numerator,
        denominators.value as denominator,
        numerators.previous_value as previous_numerator,
        denominators.previous_value as previous_denominator
    from metrics_current
    inner join counts as numerators
        on metrics_current.numerator = numerators.metric_id
    inner join counts as denominators
        on
            metrics_current.denominator = denominators.metric_id
            and numerators.account_id = denominators.account_id
            and numerators.period_type = denominators.period_type
            and numerators.period_start = denominators.period_start

),

ratios as (

    select
        *,
        case when is_paired then {{ ratio('numerator', 'denominator') }} end as value,
        case
            when is_previous_paired then {{ ratio('previous_numerator', 'previous_denominator') }}
        end as previous_value
    from sides

),

unioned as (

    select
        account_id,
        brand_id,
        metric_id,
        kind,
        period_type,
        period_start,
        period_end,
        previous_start,
        days,
        is_partial,
        days_known,
        previous_days_known,
        null_reason,
        value,
        previous_value,
        cast(null as double) as numerator,
        cast(null as double) as denominator
    from counts

    union all

    select
        account_id,
        brand_id,
        metric_id,
        kind,
        period_type,
        period_start,
        period_end,
        previous_start,
        days,
        is_partial,
        days_known,
        previous_days_known,
        case when is_paired then null_reason else missing_reason end as null_reason,
        value,
        previous_value,
        case when is_paired then numerator end as numerator,
        case when is_paired then denominator end as denominator
    from ratios

),

judged as (

    select
        unioned.*,
        at_end.version as definition_version,
        before.version <> at_end.version as definition_break,
        case accounts.source
            when 'instagram' then at_end.instagram_name
            when 'x' then at_end.x_name
            when 'ga4' then at_end.ga4_name
            when 'hubspot' then at_end.hubspot_name
        end as native_metric_name,
        case
            when unioned.value is null then 'no_value'
            when before.version <> at_end.version then 'not_comparable'
            when unioned.previous_value is null then 'not_comparable'
            -- one count of people, and one level, stand for the whole window
            when
                unioned.kind not in ('distinct', 'level')
                and (unioned.days_known < unioned.days or unioned.previous_days_known < unioned.days)
                then 'not_comparable'
            else 'ok'
        end as status
    from unioned
    inner join accounts
        on unioned.account_id = accounts.account_id
    inner join versions as at_end
        on
            unioned.metric_id = at_end.metric_id
            and unioned.period_end >= at_end.from_date
            and unioned.period_end < at_end.until_date
    inner join versions as before
        on
            unioned.metric_id = before.metric_id
            and unioned.previous_start >= before.from_date
            and unioned.previous_start < before.until_date

)

select
    account_id,
    period_type,
    period_start,
    metric_id,
    brand_id,
    period_end,
    previous_start,
    days,
    days_known,
    previous_days_known,
    is_partial,
    value,
    numerator,
    denominator,
    case
        when value is not null then cast(null as {{ dbt.type_string() }})
        when null_reason is not null then null_reason
        when kind = 'distinct' and is_partial then 'pending_settlement'
        when kind in ('ratio', 'share') and denominator = 0 then 'zero_denominator'
        else 'not_offered'
    end as null_reason,
    previous_value,
    case when status = 'ok' then value - previous_value end as value_change,
    case when status = 'ok' then {{ ratio('value - previous_value', 'previous_value') }} end as value_change_pct,
    status,
    native_metric_name,
    definition_version,
    definition_break
from judged
