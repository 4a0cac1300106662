with

activities as (

    select * from {{ ref('stg_files__activity_log') }}
    where activity in ('comment', 'dm', 'need_post', 'live', 'qa')

),

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

dated as (

    select
        activities.account_id,
        activities.brand_id,
        activities.activity,
        activities.status,
        {{ period_start('month', local_date('activities.occurred_at', 'accounts.brand_zone')) }} as month_start,
        case
            when activities.activity in ('comment', 'dm') and activities.status = 'done'
                then
                    cast({{ epoch_s('activities.answered_at') }} - {{ epoch_s('activities.occurred_at') }} as double)
                    / 60
        end as answer_minutes
    from activities
    inner join accounts on activities.account_id = accounts.account_id

),

placed as (

    select
        *,
        count(answer_minutes) over (partition by account_id, month_start, activity) as answered_n,
        row_number() over (
            partition by account_id, month_start, activity
            order by case when answer_minutes is null then 1 else 0 end, answer_minutes
        ) as place
    from dated

),

counted as (

    select
        account_id,
        brand_id,
        month_start,
        activity,
        cast(count(*) as bigint) as planned_count,
        cast(count(case when status = 'done' then 1 end) as bigint) as done_count,
        avg(
            case
                when answer_minutes is not null and 2 * place between answered_n and answered_n + 2 then answer_minutes
            end
        ) as answer_minutes_median
    from placed
    group by account_id, brand_id, month_start, activity

)

select
    account_id,
    month_start,
    activity,
    brand_id,
    planned_count,
    done_count,
    {{ ratio('done_count', 'planned_count') }} as done_share_planned,
    answer_minutes_median
from counted
