with

source as (

    select * from {{ source('raw_hubspot', 'merged_deals') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by
                account_id,
                merged_id
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
        merged_id,
        winner_id,

        ---------- capture
        captured_at,
        landing_file

    from latest

)

select * from renamed
