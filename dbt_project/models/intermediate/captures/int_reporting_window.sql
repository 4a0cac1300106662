with

loads as (

    select * from {{ ref('stg_registry__loads') }}

),

captured as (

    select
        -- a window is asked for once it has ended; what is filed under its own day of capture is a snapshot, taken as
        -- that day began: it closes the day before
        case
            when window_date = cast(captured_at as date) then {{ add_days('window_date', -1) }}
            else window_date
        end as captured_day
    from loads
    where status = 'loaded' and source <> 'files'

)

select
    cast(min(captured_day) as date) as first_date,
    cast(max(captured_day) as date) as last_date
from captured
