with

formats as (

    select
        account_id,
        format,
        count(*) as post_count
    from {{ ref('dim_posts') }}
    group by account_id, format

)

select
    account_id,
    coalesce(format, 'none') as format,
    cast(post_count as bigint) as post_count,
    {{ ratio('post_count', 'sum(post_count) over (partition by account_id)') }} as post_share,
    cast(rank() over (partition by account_id order by post_count desc, format asc) as bigint) as place
from formats
