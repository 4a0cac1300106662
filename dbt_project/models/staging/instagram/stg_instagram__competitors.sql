with

source as (

    select * from {{ source('raw_instagram', 'competitors') }}

),

renamed as (

    select

        ---------- ids
        'instagram:' || account_id as account_id,

        ---------- strings
        handle,
        case
            when code = 10 or (code >= 200 and code < 300) then 'no_permission'
            when code is not null then 'not_offered'
        end as null_reason,
        message,

        ---------- numerics
        followers_count as followers,
        follows_count as following,
        media_count as posts_published,
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
