with

source as (

    select * from {{ source('raw_hubspot', 'deals') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by account_id, deal_id
            order by
                modified_at desc,
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

        ---------- strings
        stage,
        pipeline,
        currency,

        ---------- numerics
        amount,
        home_amount,

        ---------- booleans
        is_closed,
        is_won,

        ---------- timestamps
        created_at,
        closed_at,
        modified_at,

        ---------- capture
        captured_at,
        landing_file

    from latest

)

select * from renamed
