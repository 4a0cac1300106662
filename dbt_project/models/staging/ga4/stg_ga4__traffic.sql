with

source as (

    select * from {{ source('raw_ga4', 'traffic') }}

),

renamed as (

    select

        ---------- ids
        'ga4:' || account_id as account_id,

        ---------- strings
        coalesce(landing_page, '(not set)') as landing_page,
        coalesce(source, '(not set)') as source,
        coalesce(medium, '(not set)') as medium,
        coalesce(campaign, '(not set)') as campaign,
        coalesce(content, '(not set)') as content,
        coalesce(channel_group, '(not set)') as channel_group,
        property_zone,
        currency,

        ---------- numerics
        sessions,
        engaged_sessions,
        new_users,
        total_users,
        engaged_time_s,
        page_views,
        key_events,
        revenue_amount,

        ---------- booleans
        is_sampled,

        ---------- timestamps
        -- one day is asked for at a time, so a folded '(other)' date is still this day of the property
        window_date as date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
