with

source as (

    select * from {{ source('raw_instagram', 'audience_refusals') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,

        ---------- strings
        metric,
        dimension,
        case
            when code = 10 or (code >= 200 and code < 300) then 'no_permission'
            else 'not_offered'
        end as null_reason,
        message,

        ---------- numerics
        code,
        subcode,

        ---------- timestamps
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
