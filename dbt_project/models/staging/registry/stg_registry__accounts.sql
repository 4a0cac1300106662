with

source as (

    select * from {{ source('raw_registry', 'accounts') }}

),

renamed as (

    select

        ---------- ids
        brand_id,
        source || ':' || account_id as account_id,
        account_id as native_account_id,

        ---------- strings
        source,
        case when source in ('instagram', 'x') then source end as platform,
        brand_name,
        handle,
        zone as brand_zone,
        currency

    from source

)

select * from renamed
