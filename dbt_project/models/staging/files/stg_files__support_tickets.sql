with

source as (

    select * from {{ source('raw_files', 'support_tickets') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by ticket_id
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
        ticket_id,
        entity_id,

        ---------- timestamps
        opened_at,
        closed_at,

        ---------- origin
        file,
        line

    from latest

)

select * from renamed
