with

kgis as (

    select * from {{ ref('kgis') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

brands as (

    select brand_id from {{ ref('stg_registry__accounts') }}
    group by brand_id

),

ranked as (

    -- what holds today before what has ended or is to come, and a brand's own row before that of every brand
    select
        brands.brand_id,
        kgis.kgi_id,
        kgis.version as kgi_version,
        kgis.kgi_type,
        kgis.metric_id,
        kgis.period_type,
        kgis.valid_from,
        row_number() over (
            partition by brands.brand_id, kgis.kgi_id
            order by
                case
                    when
                        kgis.valid_from <= reporting_window.last_date
                        and (kgis.valid_to is null or kgis.valid_to >= reporting_window.last_date)
                        then 0
                    else 1
                end,
                case when kgis.brand_id = '*' then 1 else 0 end,
                kgis.version desc
        ) as preference
    from brands
    cross join reporting_window
    inner join kgis on kgis.brand_id in ('*', brands.brand_id)

)

select
    brand_id,
    kgi_id,
    kgi_version,
    kgi_type,
    metric_id,
    period_type,
    valid_from
from ranked
where preference = 1
