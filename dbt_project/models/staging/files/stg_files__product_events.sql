with

source as (

    select * from {{ source('raw_files', 'product_events') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by event_id
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
        event_id,
        entity_id,

        ---------- strings
        entity_type,
        event_type,

        ---------- numerics
        quantity,

        ---------- timestamps
        occurred_at,

        ---------- origin
        file,
        line

    from latest

)

select * from renamed
