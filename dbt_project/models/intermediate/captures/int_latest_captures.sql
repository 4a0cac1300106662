with

loads as (

    select * from {{ ref('stg_registry__loads') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by source, stream, account_id, window_date
            order by
                captured_at desc,
                landing_file desc
        ) as recency
    from loads
    -- dropped files are no captures: they have no window
    where status = 'loaded' and window_date is not null

)

select
    source,
    stream,
    account_id,
    window_date,
    captured_at,
    landing_file
from ranked
where recency = 1
