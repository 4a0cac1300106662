with

source as (

    select * from {{ source('raw_registry', 'loads') }}

),

renamed as (

    select

        ---------- ids
        source || ':' || account_id as account_id,

        ---------- strings
        source,
        stream,
        status,
        error,
        landing_file,

        ---------- numerics
        row_count,
        page_count,
        request_count,

        ---------- timestamps
        window_date,
        captured_at,
        loaded_at

    from source

)

select * from renamed
