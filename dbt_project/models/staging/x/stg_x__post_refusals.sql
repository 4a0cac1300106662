with

source as (

    select * from {{ source('raw_x', 'post_refusals') }}

),

renamed as (

    select

        ---------- ids
        'x:' || account_id as account_id,
        post_id as native_post_id,

        ---------- strings
        case
            when problem = 'resource-not-found' then 'withdrawn'
            when lower(detail) like '%older than 30 days%' then 'expired'
            when lower(detail) like '%retweet%' then 'not_offered'
            when lower(title) like '%authoriz%' then 'no_permission'
            else 'not_offered'
        end as null_reason,
        problem,
        field,
        title,
        detail,

        ---------- timestamps
        window_date as captured_date,

        ---------- capture
        captured_at,
        landing_file

    from source

)

select * from renamed
