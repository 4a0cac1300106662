with

source as (

    select * from {{ source('raw_hubspot', 'archived_objects') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by
                account_id,
                object_type,
                object_id
            order by
                captured_at desc,
                landing_file desc
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
        'hubspot:' || account_id as account_id,
        object_id,

        ---------- strings
        object_type,

        ---------- timestamps
        coalesce(archived_at, captured_at) as archived_at,

        ---------- capture
        captured_at,
        landing_file

    from latest

)

select * from renamed
