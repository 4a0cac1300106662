select cut_order, cut, question_en, question_ja, checked, delta_total, delta_explained, delta_unexplained, verdict,
    is_cause, incident_verdict, evidence
from marts.impression_triage
where account_id = $account and incident_start = $incident_start
order by cut_order
