with

source as (

    select * from {{ source('raw_instagram', 'media_refusals') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,
        media_id,

        ---------- strings
        -- code 10 has two meanings that only the message tells apart
        case
            when code = 10 and lower(message) like '%not enough viewers%' then 'not_enough_viewers'
            when code = 10 or (code >= 200 and code < 300) then 'no_permission'
            when subcode = 33 then 'withdrawn'
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
    -- a refusal of a whole list is about the metrics asked for, not about a post
    where media_id is not null

)

select * from renamed
