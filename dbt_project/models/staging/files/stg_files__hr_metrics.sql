with

source as (

    select * from {{ source('raw_files', 'hr_metrics') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by record_id
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
        record_id,
        brand_id,

        ---------- strings
        department,

        ---------- numerics
        headcount,
        leaver_count,
        absence_days,
        scheduled_days,

        ---------- timestamps
        month,

        ---------- origin
        file,
        line

    from latest

)

select * from renamed
