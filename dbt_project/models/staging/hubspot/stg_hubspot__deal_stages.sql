with

source as (

    select * from {{ source('raw_hubspot', 'deal_stages') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by
                account_id,
                deal_id,
                stage,
                entered_at
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
        deal_id,
        stage,

        ---------- timestamps
        entered_at,

        ---------- capture
        captured_at,
        landing_file

    from latest

)

select * from renamed
