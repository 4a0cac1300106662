with

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

feed_months as (

    select
        month_start,
        inputs_hash,
        min(first_date) as first_date,
        max(last_date) as last_date
    from {{ ref('int_score_feed_months') }}
    group by month_start, inputs_hash

),

-- events of the running day count as they come; a date that has not come yet is a fault of its file
days_known as (

    select
        reporting_window.last_date as last_full_date,
        greatest(
            reporting_window.last_date,
            coalesce((select max(feed_months.last_date) as newest from feed_months), reporting_window.last_date)
        ) as last_date,
        coalesce((select min(feed_months.first_date) as oldest from feed_months), reporting_window.last_date)
            as first_date
    from reporting_window
    where reporting_window.last_date is not null

),

numbers as (

    {{ whole_numbers() }}

),

months as (

    -- ten years back, more than any source keeps, as far as there are events
    select
        days_known.last_full_date,
        days_known.last_date,
        cast({{ dbt.dateadd('month', '-numbers.n', period_start('month', 'days_known.last_date')) }} as date)
            as month_start
    from days_known
    cross join numbers
    where
        numbers.n < 120
        and {{ dbt.dateadd('month', '1 - numbers.n', period_start('month', 'days_known.last_date')) }}
        > days_known.first_date

),

quarters as (

    select
        *,
        {{ period_start('quarter', 'month_start') }} as quarter_start
    from months

),

periods as (

    select
        'month' as period_type,
        month_start as period_start,
        {{ period_end('month', 'month_start') }} as period_end,
        last_full_date,
        last_date,
        false as is_cut
    from months

    union all

    -- one that began before the first event is known in part alone
    select
        'quarter' as period_type,
        quarter_start as period_start,
        {{ period_end('quarter', 'quarter_start') }} as period_end,
        last_full_date,
        last_date,
        min(month_start) > quarter_start as is_cut
    from quarters
    group by quarter_start, last_full_date, last_date

),

bounded as (

    select
        period_type,
        period_start,
        period_end,
        least(period_end, last_date) as scored_until,
        least(period_end, last_full_date) as full_until,
        period_end > last_full_date or is_cut as is_partial,
        case
            when period_end > last_full_date then 'not_over'
            when is_cut then 'begins_before_data'
        end as partial_reason
    from periods

),

-- all that a period can be scored by: the events up to its end, and the rules
fed as (

    select
        bounded.period_type,
        bounded.period_start,
        count(feed_months.inputs_hash) as month_count,
        {{ sum_of_hashes(['feed_months.inputs_hash']) }} as inputs
    from bounded
    left join feed_months on bounded.scored_until >= feed_months.month_start
    group by bounded.period_type, bounded.period_start

)

select
    bounded.period_type,
    bounded.period_start,
    bounded.period_end,
    bounded.scored_until,
    bounded.full_until,
    bounded.is_partial,
    bounded.partial_reason,
    md5(
        concat_ws(
            ' ',
            '{{ score_rules_checksum([
                "score_models", "score_signals", "int_score_windows_due", "int_score_window_months",
                "int_score_window_days", "int_score_window_spreads", "int_score_window_crowds",
                "int_score_window_cases", "engagement_signals", "engagement_score_contributions",
            ]) }}',
            {% for part in ['bounded.scored_until', 'bounded.full_until', 'fed.month_count', 'fed.inputs'] -%}
            coalesce(cast({{ part }} as {{ dbt.type_string() }}), ''){{ ',' if not loop.last }}
            {% endfor -%}
        )
    ) as inputs_hash
from bounded
inner join fed
    on
        bounded.period_type = fed.period_type
        and bounded.period_start = fed.period_start
