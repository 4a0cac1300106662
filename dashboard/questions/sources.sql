select
    source,
    count(distinct stream) as streams,
    max(window_date) filter (status = 'loaded') as newest_window,
    max(captured_at) filter (status = 'loaded') as newest_capture,
    count(*) filter (status = 'failed' and is_latest) as failed_windows
from marts.source_loads
group by source
order by source
