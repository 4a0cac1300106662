with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

instagram_accounts as (

    select * from {{ ref('stg_instagram__accounts') }}

),

x_users as (

    select * from {{ ref('stg_x__users') }}

),

unioned as (

    select
        account_id,
        captured_at,
        handle,
        account_name,
        cast(null as boolean) as is_protected
    from instagram_accounts

    union all

    select
        account_id,
        captured_at,
        handle,
        account_name,
        is_protected
    from x_users

),

compared as (

    select
        unioned.*,
        accounts.brand_id,
        accounts.platform,
        {% for column in ['handle', 'account_name', 'is_protected'] %}
        lag(unioned.{{ column }}) over (
            partition by unioned.account_id
            order by unioned.captured_at
        ) as previous_{{ column }},
        {% endfor %}
        lag(unioned.captured_at) over (
            partition by unioned.account_id
            order by unioned.captured_at
        ) as previous_captured_at
    from unioned
    inner join accounts
        on unioned.account_id = accounts.account_id

),

changed as (

    select * from compared
    where
        previous_captured_at is null
        {% for column in ['handle', 'account_name', 'is_protected'] %}
        or {{ column }} is distinct from previous_{{ column }}
        {% endfor %}

)

select
    account_id,
    cast(
        row_number() over (
            partition by account_id
            order by captured_at
        ) as bigint
    ) as version,
    brand_id,
    platform,
    handle,
    account_name,
    is_protected,
    captured_at as valid_from,
    lead(captured_at) over (
        partition by account_id
        order by captured_at
    ) as valid_to
from changed
