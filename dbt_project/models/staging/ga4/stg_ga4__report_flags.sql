with

source as (

    select
        *,
        case when has_other_row then 'rows folded into (other), ' else '' end
        || case when is_thresholded then 'small groups withheld, ' else '' end
        || case when sampled_share < 1 then 'sampled, ' else '' end
        || case when truncation <> '' then 'truncated, ' else '' end
        || case when hidden_metrics <> '' then 'revenue hidden for want of permission, ' else '' end
        || case when unreadable_count > 0 then 'values that are no numbers, ' else '' end
        || case when rows_read < rows_told then 'fewer rows than told, ' else '' end as said
    from {{ source('raw_ga4', 'report_flags') }}

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
        -- without the last comma
        substr(nullif(said, ''), 1, length(said) - 2) as caveats,

        ---------- numerics
        page_count,
        rows_told,
        rows_read,
        unreadable_count,
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
