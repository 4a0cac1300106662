{{ hubspot_links('merged_deals', ['merged_id'], to='winner_id') }}
