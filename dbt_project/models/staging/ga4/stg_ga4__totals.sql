with

source as (

    select * from {{ source('raw_ga4', 'totals') }}

),

renamed as (

    select

        ---------- ids
        'ga4:' || account_id as account_id,

        ---------- strings
        property_zone,
        currency,

        ---------- numerics
        sessions,
        engaged_sessions,
        total_users,
        new_users,
        page_views,
        key_events,
        revenue_amount,

        ---------- timestamps
        -- one day is asked for at a time, so a folded '(other)' date is still this day of the property
        window_date as date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
