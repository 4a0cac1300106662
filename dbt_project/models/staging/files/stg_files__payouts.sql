with

source as (

    select * from {{ source('raw_files', 'payouts') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by payout_id
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
        payout_id,
        brand_id,
        platform || ':' || account_id as account_id,

        ---------- strings
        platform,
        program,
        upper(currency) as currency,

        ---------- numerics
        amount,

        ---------- timestamps
        period_start,
        period_end,
        paid_at,

        ---------- origin
        file,
        line

    from latest

)

select * from renamed
