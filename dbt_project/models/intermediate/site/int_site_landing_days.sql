{{ config(materialized='view') }}

with

counts as (

    select * from {{ ref('int_site_landing_counts') }}

),

channels as (

    select * from {{ ref('channels') }}

)

select
    counts.*,
    coalesce(channels.platform, 'other') as platform
from counts
left join channels
    on lower(counts.source) = channels.source
