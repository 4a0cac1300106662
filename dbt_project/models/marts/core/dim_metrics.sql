with

metrics as (

    select * from {{ ref('metrics') }}

),

ranked as (

    select
        *,
        max(version) over (partition by metric_id) as version_in_force
    from metrics

)

select
    metric_id,
    version,
    version = version_in_force as is_in_force,
    kind,
    metric_group,
    label_en,
    label_ja,
    unit,
    formula,
    numerator,
    denominator,
    is_unique,
    is_additive_days,
    is_additive_posts,
    is_additive_accounts,
    counts_self,
    counts_repeat,
    source,
    instagram_name,
    x_name,
    ga4_name,
    hubspot_name,
    valid_from,
    notes,
    is_account_daily,
    counts_embed,
    scope_paid,
    scope_audience,
    date_attribution,
    owner,
    source_url
from ranked
