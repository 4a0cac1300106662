{{ hubspot_links('deal_contacts', ['deal_id', 'contact_id']) }}
