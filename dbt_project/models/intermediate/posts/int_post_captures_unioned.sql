{{ config(materialized='view') }}

with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

instagram_captures as (

    select * from {{ ref('int_instagram_post_captures') }}

),

x_captures as (

    select * from {{ ref('int_x_post_captures') }}

),

unioned as (

    select * from instagram_captures

    union all

    select * from x_captures

)

select
    *,
    {{ period_start('month', 'captured_date') }} as captured_month
from unioned
where account_id in (select accounts.account_id from accounts)
