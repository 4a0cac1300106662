with

source as (

    select * from {{ source('raw_files', 'offline_contacts') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by contact_id
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
        contact_id,
        brand_id,
        person_key,

        ---------- strings
        contact_type,
        place,
        campaign,

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
