with

source as (

    select * from {{ source('raw_files', 'message_stats') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by stat_id
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
        stat_id,
        message_id,
        brand_id,
        person_key,

        ---------- strings
        channel,
        campaign,

        ---------- numerics
        delivered_count,
        opened_count,
        clicked_count,
        unsubscribed_count,

        ---------- timestamps
        sent_at,

        ---------- origin
        file,
        line

    from latest

)

select * from renamed
