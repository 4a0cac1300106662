{{ config(materialized='incremental', unique_key='month', partition_by='month') }}

with

conversions as (

    select
        brand_id,
        conversion_date,
        currency,
        amount,
        {{ period_start('month', 'conversion_date') }} as month
    from {{ ref('fct_conversions') }}

)

select
    brand_id,
    conversion_date,
    currency,
    cast(count(*) as bigint) as conversion_count,
    cast(sum(amount) as decimal(18, 2)) as amount,
    month
from conversions
{% if is_incremental() %}
where month >= (select max(held.month) from {{ this }} as held)
{% endif %}
group by brand_id, conversion_date, currency, month
