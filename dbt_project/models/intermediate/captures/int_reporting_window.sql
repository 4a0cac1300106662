with

loads as (

    select * from {{ ref('stg_registry__loads') }}

),

captured as (

    select
        -- a snapshot filed under a date was taken as that date began: it closes the day before
        case
            when stream in ('account', 'media', 'stories', 'user', 'posts', 'mentions', 'counts')
                then {{ add_days('window_date', -1) }}
            else window_date
        end as captured_day
    from loads
    where status = 'loaded' and source <> 'files'

)

select
    cast(min(captured_day) as date) as first_date,
    cast(max(captured_day) as date) as last_date
from captured
