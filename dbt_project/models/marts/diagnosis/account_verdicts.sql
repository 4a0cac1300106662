with

weeks as (

    select * from {{ ref('int_account_weeks_rated') }}

),

conditions as (

    {{ rules_in_force('verdict_conditions') }}

),

account_weeks as (

    select
        account_id,
        week_start,
        brand_id,
        platform
    from weeks
    group by account_id, week_start, brand_id, platform

),

examined as (

    select
        account_weeks.*,
        conditions.question,
        conditions.answer_order,
        conditions.answer,
        conditions.measure,
        conditions.hint_en,
        conditions.hint_ja,
        coalesce(weeks.standing, 'unknown') as standing,
        case
            when conditions.standing = 'ok' then coalesce(weeks.standing in ('usual', 'strong'), false)
            else coalesce(weeks.standing = conditions.standing, false)
        end as holds,
        conditions.measure || ' ' || coalesce(
            weeks.standing || ' (' || {{ figure_text('weeks.value') }} || ' against '
            || {{ figure_text('weeks.base') }} || ')',
            'unknown'
        ) as said
    from account_weeks
    cross join conditions
    left join weeks
        on
            account_weeks.account_id = weeks.account_id
            and account_weeks.week_start = weeks.week_start
            and conditions.measure = weeks.measure

),

answers as (

    select
        account_id,
        week_start,
        question,
        brand_id,
        platform,
        answer_order,
        answer,
        hint_en,
        hint_ja,
        min(case when holds then 1 else 0 end) as holds,
        max(case when standing = 'unknown' then 1 else 0 end) as is_unknown,
        min(said) as first_said,
        max(said) as last_said
    from examined
    group by
        account_id,
        week_start,
        question,
        brand_id,
        platform,
        answer_order,
        answer,
        hint_en,
        hint_ja

),

ranked as (

    select
        *,
        row_number() over (
            partition by account_id, week_start, question
            order by
                holds desc,
                answer_order asc
        ) as place,
        max(is_unknown) over (partition by account_id, week_start, question) as is_part_unknown
    from answers

)

select
    account_id,
    week_start,
    question,
    brand_id,
    platform,
    case
        when holds = 1 then answer
        when is_part_unknown = 1 then 'unknown'
        else 'nothing'
    end as verdict,
    holds = 1 as is_found,
    case when holds = 1 then hint_en end as hint_en,
    case when holds = 1 then hint_ja end as hint_ja,
    -- of the answer that holds, else of the first that was tried
    first_said || case when last_said <> first_said then '; ' || last_said else '' end as evidence
from ranked
where place = 1
