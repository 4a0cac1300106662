with

source as (

    select * from {{ source('raw_ga4', 'report_flags') }}

),

renamed as (

    select

        ---------- ids
        'ga4:' || account_id as account_id,

        ---------- strings
        report_name,
        truncation,
        hidden_metrics,
        empty_reason,

        ---------- numerics
        page_count,
        rows_told,
        rows_read,
        sampled_share,

        ---------- booleans
        has_other_row,
        is_thresholded,

        ---------- timestamps
        window_date as date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
