with

source as (

    select * from {{ source('raw_hubspot', 'contacts') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by account_id, contact_id
            order by
                modified_at desc,
                captured_at desc,
                landing_file desc
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
        'hubspot:' || account_id as account_id,
        contact_id,
        person_key,

        ---------- strings
        lower(lifecycle_stage) as lifecycle_stage,
        source,
        source_data_1,
        source_data_2,
        {{ url_path('first_url') }} as first_landing_page,
        lower({{ url_parameter('first_url', 'utm_source') }}) as first_utm_source,
        lower({{ url_parameter('first_url', 'utm_medium') }}) as first_utm_medium,
        lower({{ url_parameter('first_url', 'utm_campaign') }}) as first_utm_campaign,
        {{ url_parameter('first_url', 'utm_content') }} as first_utm_content,
        {{ url_path('last_url') }} as last_landing_page,
        lower({{ url_parameter('last_url', 'utm_source') }}) as last_utm_source,
        lower({{ url_parameter('last_url', 'utm_medium') }}) as last_utm_medium,
        lower({{ url_parameter('last_url', 'utm_campaign') }}) as last_utm_campaign,
        {{ url_parameter('last_url', 'utm_content') }} as last_utm_content,

        ---------- timestamps
        created_at,
        modified_at,
        first_visit_at,
        lead_at,
        qualified_at,
        customer_at,

        ---------- capture
        captured_at,
        landing_file

    from latest

)

select * from renamed
