with

window_months as (

    select * from {{ ref('int_score_window_months') }}
    where measure in ('member_share', 'new_member_share', 'stickiness')

),

entity_months as (

    select * from {{ ref('int_score_entity_months') }}
    where member_id is not null

),

members as (

    select
        entity_type,
        entity_id,
        member_id,
        min(first_date) as first_date
    from entity_months
    group by entity_type, entity_id, member_id

),

member_months as (

    select
        window_months.window_id,
        window_months.entity_type,
        window_months.window_start,
        window_months.window_end,
        entity_months.entity_id,
        entity_months.member_id,
        entity_months.month_start,
        bit_or(entity_months.day_mask & window_months.days_kept) as day_mask,
        max(case when window_months.is_wanted then 1 else 0 end) as is_wanted
    from entity_months
    inner join window_months
        on
            entity_months.entity_type = window_months.entity_type
            and entity_months.source = window_months.source
            and entity_months.event_type = window_months.event_type
            and entity_months.month_start = window_months.month_start
    where entity_months.day_mask & window_months.days_kept <> 0
    group by
        window_months.window_id, window_months.entity_type, window_months.window_start, window_months.window_end,
        entity_months.entity_id, entity_months.member_id, entity_months.month_start

)

select
    member_months.window_id,
    member_months.entity_id,
    count(distinct member_months.member_id) as member_count,
    count(distinct case when member_months.is_wanted = 1 then member_months.member_id end) as wanted_members,
    count(
        distinct case
            when members.first_date between member_months.window_start and member_months.window_end
                then member_months.member_id
        end
    ) as new_members,
    cast(sum(bit_count(member_months.day_mask)) as bigint) as member_days
from member_months
inner join members
    on
        member_months.entity_type = members.entity_type
        and member_months.entity_id = members.entity_id
        and member_months.member_id = members.member_id
group by member_months.window_id, member_months.entity_id
