{# Days after which a goal that nobody touched wants a review. #}
{% macro kpi_stale_after_days() %}{{ return(92) }}{% endmacro %}

{# The verdict of one criterion on a row of kpi_audit's `examined`: pass, fail, or unknown where history is too short. #}
{% macro kpi_verdict(criterion) -%}
    {%- if criterion == 'specific' -%}
    case when kind in ('ratio', 'share') or scope_paid is not null then 'pass' else 'fail' end
    {%- elif criterion == 'measurable' -%}
    case when number is not null and last_value is not null then 'pass' else 'fail' end
    {%- elif criterion == 'achievable' -%}
    case
        when number is null or coalesce(period_n, 0) < {{ kpi_fewest_periods() }} then 'unknown'
        when number <= usual_p90 then 'pass'
        else 'fail'
    end
    {%- elif criterion == 'relevant' -%}
    case when node_id is not null then 'pass' else 'fail' end
    {%- elif criterion == 'time_bound' -%}
    case when has_number_today then 'pass' else 'fail' end
    {%- elif criterion == 'followers_only' -%}
    case when follower_count = kpi_count then 'fail' else 'pass' end
    {%- elif criterion == 'vanity_goal' -%}
    case when exposure_count = kpi_count and kgi_type <> 'awareness' then 'fail' else 'pass' end
    {%- elif criterion == 'one_sided' -%}
    case when kpi_count > 1 and rate_count in (0, kpi_count) then 'fail' else 'pass' end
    {%- elif criterion == 'stale_review' -%}
    case when {{ days_between('reviewed_on', 'last_date') }} > {{ kpi_stale_after_days() }} then 'fail' else 'pass' end
    {%- elif criterion == 'hit_but_hollow' -%}
    case
        when coalesce(status, 'unknown') <> 'met' then 'pass'
        when coalesce(relation, 'insufficient') = 'weak' or is_diluted then 'fail'
        when coalesce(relation, 'insufficient') = 'insufficient' then 'unknown'
        else 'pass'
    end
    {%- endif -%}
{%- endmacro %}

{# What that verdict rests on, in one language. #}
{% macro kpi_evidence(criterion, language) -%}
    {%- set ja = language == 'ja' -%}
    {%- set period = kpi_word('period_type', [('day', 'day', '日'), ('week', 'week', '週'), ('month', 'month', '月'),
        ('quarter', 'quarter', '四半期')], language) -%}
    {%- set counted = {'followers_only': 'follower_count', 'vanity_goal': 'exposure_count', 'one_sided': 'rate_count'} -%}
    {%- if criterion == 'specific' -%}
    case
        when kind in ('ratio', 'share') then '{{ '分子と分母に対象範囲の定義あり' if ja else 'its two sides state their traffic' }}'
        when scope_paid is not null then '{{ '対象範囲: ' if ja else 'its traffic is stated: ' }}' || scope_paid
        else '{{ '対象範囲の定義なし' if ja else 'its traffic is not stated' }}'
    end
    {%- elif criterion == 'measurable' -%}
    coalesce('{{ '目標 ' if ja else 'number ' }}' || {{ kpi_figure('number', 'kind') }}, '{{ '目標値なし' if ja else 'no number' }}')
    || coalesce(
        '{{ '、直近の実績 ' if ja else ', last measured ' }}' || {{ kpi_figure('last_value', 'kind') }},
        '{{ '、実績なし' if ja else ', nothing measured' }}'
    )
    {%- elif criterion == 'achievable' -%}
    case
        when number is null then '{{ '判断する目標値なし' if ja else 'no number to judge' }}'
        when coalesce(period_n, 0) < {{ kpi_fewest_periods() }}
            then
                '{{ '完了した期間 ' if ja else 'whole periods measured: ' }}'
                || cast(coalesce(period_n, 0) as {{ dbt.type_string() }})
                || '{{ '、' ~ kpi_fewest_periods() ~ ' 期間必要' if ja else ', needed: ' ~ kpi_fewest_periods() }}'
        else
            '{{ '目標 ' if ja else 'number ' }}' || {{ kpi_figure('number', 'kind') }}
            || '{{ '、同様の期間の9割は次の値未満: ' if ja else ', nine in ten periods stay below ' }}'
            || coalesce({{ kpi_figure('usual_p90', 'kind') }}, '?')
    end
    {%- elif criterion == 'relevant' -%}
    coalesce(
        '{{ 'ツリーのノード ' if ja else 'node of the tree: ' }}' || node_id,
        '{{ 'ツリーにKGIへの経路なし' if ja else 'no way in the tree leads to the goal' }}'
    )
    {%- elif criterion == 'time_bound' -%}
    case
        when has_number_today then '{{ '現在有効、期間の単位: ' if ja else 'holds today, for a ' }}' || {{ period }}
        else '{{ '現在有効な目標なし' if ja else 'no target holds today' }}'
    end
    {%- elif criterion in counted -%}
    {%- set what = {'followers_only': ('count followers', 'フォロワー数'), 'vanity_goal': ('are exposure', '露出指標'),
        'one_sided': ('are rates', '率')}[criterion] %}
    {% if ja %}'KPI ' || cast(kpi_count as {{ dbt.type_string() }}) || ' 件中、{{ what[1] }}が ' || {% endif -%}
    cast({{ counted[criterion] }} as {{ dbt.type_string() }})
    || {% if ja %}' 件'{% else %}' of ' || cast(kpi_count as {{ dbt.type_string() }}) || ' KPIs {{ what[0] }}'{% endif %}
    {%- if criterion == 'vanity_goal' %}
    || case when kgi_type = 'awareness' then '{{ '(認知が目的のため可)' if ja else ', which is the goal itself here' }}' else '' end
    {%- endif %}
    {%- elif criterion == 'stale_review' -%}
    '{{ '最終の変更または見直し: ' if ja else 'last changed or reviewed on ' }}' || cast(reviewed_on as {{ dbt.type_string() }})
    {%- elif criterion == 'hit_but_hollow' -%}
    '{{ 'KPIは' if ja else 'KPI ' }}' || {{ kpi_word("coalesce(status, 'unknown')", [
        ('met', 'met', '達成'), ('missed', 'missed', '未達'), ('held', 'held as it is', '維持'), ('on_track', 'on track', '順調'),
        ('at_risk', 'at risk', '注意'), ('behind', 'behind', '遅れ'), ('no_target', 'without a target', '目標なし'),
        ('unknown', 'unknown', '不明')], language) }}
    || '{{ '、KGIとの関係は' if ja else ', relation to the goal ' }}' || {{ kpi_word("coalesce(relation, 'insufficient')", [
        ('supported', 'supported', '支持あり'), ('not_supported', 'not supported', '支持なし'), ('weak', 'gone weak', '弱まった'),
        ('insufficient', 'not known yet', '判断材料不足')], language) }}
    || case when is_diluted then '{{ '、フォロワーの質が低下' if ja else ', followers diluted' }}' else '' end
    {%- endif -%}
{%- endmacro %}
