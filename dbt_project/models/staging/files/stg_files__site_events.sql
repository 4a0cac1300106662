with

source as (

    select * from {{ source('raw_files', 'site_events') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by event_id
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
        event_id,
        visitor_id,
        person_key,

        ---------- strings
        event_name,
        page,
        landing_page,
        lower({{ tag('utm_source') }}) as utm_source,
        lower({{ tag('utm_medium') }}) as utm_medium,
        {{ tag('utm_campaign') }} as utm_campaign,
        {{ tag('utm_content') }} as utm_content,
        currency,

        ---------- numerics
        engagement_s,
        value_amount,

        ---------- timestamps
        occurred_at,

        ---------- origin
        file,
        line

    from latest

)

select * from renamed
