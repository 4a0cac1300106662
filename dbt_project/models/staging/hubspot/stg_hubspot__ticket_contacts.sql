{{ hubspot_links('ticket_contacts', ['ticket_id', 'contact_id']) }}
