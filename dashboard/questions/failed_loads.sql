select source, stream, account_id, window_date, error
from marts.source_loads
where status = 'failed' and is_latest
order by window_date desc, source, stream, account_id
