select action_id, description, started_on, window_end
from marts.kpi_actions
where brand_id = $brand and state = 'no_result'
order by window_end desc, action_id
