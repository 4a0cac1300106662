with

changes as (

    select * from {{ ref('int_incident_changes') }}

),

steps as (

    select * from {{ ref('triage_cuts') }}
    where cut_set = 'it'

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

ruled as (

    select
        changes.*,
        rules.total_change_least,
        rules.volume_change_least
    from changes
    cross join rules

),

judged as (

    select
        account_id,
        incident_start,
        brand_id,
        platform,
        {% for measure in ['sessions', 'leads', 'ads'] %}
        abs({{ measure }}_after - {{ measure }}_before)
        >= total_change_least * greatest({{ measure }}_before, 1) as is_{{ measure }},
        {% endfor %}
        abs(media_after - media_before) >= volume_change_least as is_media,
        abs(hashtags_after - hashtags_before) >= volume_change_least as is_hashtags,
        period_signals > 0 or event_id is not null as is_window,
        failed_loads > 0 or activity is not null as is_tools,
        {% for measure, words in [
            ('sessions', 'sessions'), ('leads', 'leads'), ('ads', 'promoted displays'), ('media', 'posts with media'),
            ('hashtags', 'posts with hashtags')
        ] %}
        '{{ words }} ' || coalesce(
            cast({{ measure }}_before as decimal(28, 2)) || ' before, '
            || cast({{ measure }}_after as decimal(28, 2)) || ' now',
            'not known'
        ) as {{ measure }}_said,
        {% endfor %}
        'days not counted yet: ' || period_signals || '; change of the platform: '
        || coalesce(event_id, 'none') as window_said,
        'failed loads: ' || failed_loads || '; change of access: '
        || coalesce(activity, 'none noted') as tools_said
    from ruled

)

select
    judged.account_id,
    judged.incident_start,
    steps.cut_order as step,
    steps.cut,
    judged.brand_id,
    judged.platform,
    steps.question_en,
    steps.question_ja,
    case steps.cut
        when 'outcomes' then judged.is_sessions or judged.is_leads
        when 'ads' then judged.is_ads
        when 'content' then judged.is_media or judged.is_hashtags
        when 'window' then judged.is_window
        else judged.is_tools
    end as has_changed,
    -- said first, since it decides how much of a matter the rest is
    case
        when judged.is_leads is null then 'unknown'
        when judged.is_leads then 'high'
        else 'low'
    end as severity,
    case steps.cut
        when 'outcomes' then judged.leads_said || '; ' || judged.sessions_said
        when 'ads' then judged.ads_said
        when 'content' then judged.media_said || '; ' || judged.hashtags_said
        when 'window' then judged.window_said
        else judged.tools_said
    end as evidence
from judged
cross join steps
