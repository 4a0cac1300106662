{{ config(materialized='view') }}

with

survey_responses as (

    select * from {{ ref('stg_files__survey_responses') }}

),

support_tickets as (

    select * from {{ ref('stg_files__support_tickets') }}

),

feedback as (

    select * from {{ ref('stg_hubspot__feedback') }}

),

tickets as (

    select * from {{ ref('stg_hubspot__tickets') }}

),

ticket_contacts as (

    select * from {{ ref('stg_hubspot__ticket_contacts') }}

),

contacts as (

    select * from {{ ref('int_contacts_attributed') }}

),

-- the CRM knows a person, whose other events are of leads too; dropped files know an id of the product
responses as (

    select
        response_id || coalesce(':' || question_id, '') as event_id,
        entity_type,
        entity_id,
        survey,
        score,
        responded_at,
        'survey_responses' as source
    from survey_responses

    union all

    select
        feedback.account_id || ':feedback:' || feedback.feedback_id as event_id,
        'lead' as entity_type,
        contacts.person_key as entity_id,
        feedback.survey,
        feedback.score,
        feedback.submitted_at as responded_at,
        'hubspot_feedback' as source
    from feedback
    inner join contacts
        on
            feedback.account_id = contacts.account_id
            and feedback.contact_id = contacts.contact_id
    where contacts.person_key is not null and feedback.survey is not null

),

cases as (

    select
        ticket_id,
        'customer' as entity_type,
        entity_id,
        opened_at,
        closed_at,
        'support_tickets' as source
    from support_tickets

    union all

    select
        tickets.account_id || ':ticket:' || tickets.ticket_id || ':' || contacts.contact_id as ticket_id,
        'lead' as entity_type,
        contacts.person_key as entity_id,
        tickets.opened_at,
        tickets.closed_at,
        'hubspot_tickets' as source
    from tickets
    inner join ticket_contacts
        on
            tickets.account_id = ticket_contacts.account_id
            and tickets.ticket_id = ticket_contacts.ticket_id
    inner join contacts
        on
            ticket_contacts.account_id = contacts.account_id
            and ticket_contacts.contact_id = contacts.contact_id
    where contacts.person_key is not null

),

answered as (

    select
        event_id,
        entity_type,
        entity_id,
        case
            when survey <> 'nps' then survey || '_answer'
            when score >= 9 then 'nps_promoter'
            when score >= 7 then 'nps_passive'
            else 'nps_detractor'
        end as event_type,
        responded_at as occurred_at,
        score as quantity,
        source
    from responses
    where score is not null

),

opened as (

    select
        ticket_id || ':opened' as event_id,
        entity_type,
        entity_id,
        'ticket_opened' as event_type,
        opened_at as occurred_at,
        1 as quantity,
        source
    from cases

),

closed as (

    select
        ticket_id || ':closed' as event_id,
        entity_type,
        entity_id,
        'ticket_closed' as event_type,
        closed_at as occurred_at,
        1 as quantity,
        source
    from cases
    where closed_at is not null

)

select * from answered

union all

select * from opened

union all

select * from closed
