with

source as (

    select * from {{ source('raw_ga4', 'key_events') }}

),

renamed as (

    select

        ---------- ids
        'ga4:' || account_id as account_id,

        ---------- strings
        event_name,
        coalesce(source, '(not set)') as source,
        coalesce(medium, '(not set)') as medium,
        coalesce(content, '(not set)') as content,

        ---------- numerics
        -- fractional: credit is shared between sources
        key_events,
        event_count,

        ---------- timestamps
        -- one day is asked for at a time, so a folded '(other)' date is still this day of the property
        window_date as date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
