{{ hubspot_links('merged_contacts', ['merged_id'], to='winner_id') }}
