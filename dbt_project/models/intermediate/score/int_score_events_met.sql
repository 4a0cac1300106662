{{ config(materialized='ephemeral') }}

with

messages as (

    select * from {{ ref('stg_files__message_stats') }}

),

offline_contacts as (

    select * from {{ ref('stg_files__offline_contacts') }}

),

contacts as (

    select * from {{ ref('int_contacts_attributed') }}

),

site_visits as (

    select * from {{ ref('int_site_visits') }}

),

met as (

    {% for contact_type, instant in [('first_visit', 'first_visit_at'), ('form_submit', 'lead_at')] %}
    select
        account_id || ':contact:' || contact_id || ':{{ contact_type }}' as event_id,
        person_key,
        '{{ contact_type }}' as event_type,
        {{ instant }} as occurred_at
    from contacts
    where {{ instant }} is not null

    union all
    {% endfor %}

    select
        visit_key as event_id,
        person_key,
        'site_visit' as event_type,
        began_at as occurred_at
    from site_visits

    union all

    select
        stat_id as event_id,
        person_key,
        'mail_open' as event_type,
        sent_at as occurred_at
    from messages
    where channel = 'mail' and opened_count > 0

    union all

    select
        contact_id as event_id,
        person_key,
        contact_type as event_type,
        occurred_at
    from offline_contacts

)

select
    event_id,
    'lead' as entity_type,
    person_key as entity_id,
    event_type,
    occurred_at,
    cast(1 as double) as quantity,
    'contacts' as source
from met
where person_key is not null
