with

source as (

    select * from {{ source('raw_ga4', 'pages') }}

),

renamed as (

    select

        ---------- ids
        'ga4:' || account_id as account_id,

        ---------- strings
        coalesce(page_path, '(not set)') as page_path,

        ---------- numerics
        page_views,
        total_users,

        ---------- timestamps
        -- one day is asked for at a time, so a folded '(other)' date is still this day of the property
        window_date as date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
