with

kgis as (

    select * from {{ ref('kgis') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

edges as (

    select * from {{ ref('kpi_edges') }}

),

kpi_targets as (

    select * from {{ ref('kpi_targets') }}

),

catalogue as (

    select metric_id from {{ ref('metrics') }}
    group by metric_id

),

named_metrics as (

    select
        'kgis.csv' as seed_file,
        kgi_id as row_key,
        metric_id
    from kgis
    union all
    select
        'kpis.csv' as seed_file,
        kgi_id || ' ' || kpi_id as row_key,
        metric_id
    from kpis
    union all
    select
        'kpi_edges.csv' as seed_file,
        kgi_id || ' ' || node_id as row_key,
        metric_id
    from edges
    union all
    select
        'kpi_targets.csv' as seed_file,
        kgi_id || ' ' || metric_id as row_key,
        metric_id
    from kpi_targets
    union all
    select
        'kpi_targets.csv' as seed_file,
        kgi_id || ' ' || metric_id as row_key,
        rate_metric_id as metric_id
    from kpi_targets

),

named_kgis as (

    select
        'kpis.csv' as seed_file,
        kgi_id
    from kpis
    union all
    select
        'kpi_edges.csv' as seed_file,
        kgi_id
    from edges
    union all
    select
        'kpi_targets.csv' as seed_file,
        kgi_id
    from kpi_targets

),

faults as (

    select
        'unknown_metric' as fault,
        named_metrics.seed_file,
        named_metrics.row_key,
        'metric ' || named_metrics.metric_id || ' is not in metrics.csv' as explanation
    from named_metrics
    left join catalogue on named_metrics.metric_id = catalogue.metric_id
    where named_metrics.metric_id is not null and catalogue.metric_id is null

    union all

    select
        'unknown_kgi' as fault,
        named_kgis.seed_file,
        named_kgis.kgi_id as row_key,
        'there is no such kgi_id in kgis.csv' as explanation
    from named_kgis
    left join kgis on named_kgis.kgi_id = kgis.kgi_id
    where kgis.kgi_id is null

    union all

    select
        'two_kgi_versions_at_once' as fault,
        'kgis.csv' as seed_file,
        later.kgi_id || ' ' || later.brand_id || ' version '
        || cast(later.version as {{ dbt.type_string() }}) as row_key,
        'its days overlap those of version '
        || cast(earlier.version as {{ dbt.type_string() }}) || ': end that one first' as explanation
    from kgis as later
    inner join kgis as earlier
        on
            later.kgi_id = earlier.kgi_id
            and later.brand_id = earlier.brand_id
            and later.version > earlier.version
            and (earlier.valid_to is null or later.valid_from <= earlier.valid_to)
            and (later.valid_to is null or later.valid_to >= earlier.valid_from)

    union all

    select
        'sixth_kpi' as fault,
        'kpis.csv' as seed_file,
        kgi_id || ' ' || brand_id as row_key,
        cast(count(*) as {{ dbt.type_string() }})
        || ' KPIs for one KGI: keep five, or give those beyond an override_reason' as explanation
    from kpis
    where override_reason is null
    group by kgi_id, brand_id
    having count(*) > 5

    union all

    select
        'gap_in_backcast' as fault,
        'kpi_targets.csv' as seed_file,
        kgi_id || ' ' || brand_id as row_key,
        'step_order runs 1, 2, 3 … without gap or repetition, up to {{ kpi_tree_levels() }}' as explanation
    from kpi_targets
    where method = 'backcast'
    group by kgi_id, brand_id
    having
        min(step_order) <> 1
        or max(step_order) <> count(*)
        or max(step_order) > {{ kpi_tree_levels() }}
        or count(distinct step_order) <> count(*)

)

select * from faults
