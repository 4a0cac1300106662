with

source as (

    select * from {{ source('raw_files', 'activity_log') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by activity_id
            order by
                file desc,
                line desc
        ) as recency
    from source

),

latest as (

    select * from ranked
    where recency = 1

),

renamed as (

    select

        ---------- ids
        activity_id,
        brand_id,
        platform || ':' || account_id as account_id,
        platform || ':' || post_id as post_id,

        ---------- strings
        platform,
        activity,
        status,
        need_tag,
        detail,

        ---------- timestamps
        occurred_at,
        answered_at,

        ---------- origin
        file,
        line

    from latest

)

select * from renamed
