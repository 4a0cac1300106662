with

months as (

    select
        account_id,
        month,
        max(brand_id) as brand_id,
        max(platform) as platform
    from {{ ref('rpm_monthly') }}
    group by account_id, month

),

homes as (

    select * from {{ ref('brand_homes') }}

),

audience as (

    select * from {{ ref('stg_instagram__audience') }}
    where metric = 'follower_demographics' and country is not null

),

surfaces as (

    select * from {{ ref('exposure_by_surface') }}
    where exposure is not null

),

checks as (

    select * from {{ ref('account_checks') }}
    where checklist = 'safety' and is_passed is not null

),

-- the last capture of the month: how many followers live where is told as of now
last_captures as (

    select
        account_id,
        {{ period_start('month', 'captured_date') }} as month,
        max(captured_at) as captured_at
    from audience
    group by account_id, {{ period_start('month', 'captured_date') }}

),

countries as (

    select
        months.account_id,
        months.month,
        sum(case when audience.country <> homes.country then audience.people end) as numerator,
        sum(audience.people) as denominator
    from months
    inner join homes
        on months.brand_id = homes.brand_id
    inner join last_captures
        on
            months.account_id = last_captures.account_id
            and months.month = last_captures.month
    inner join audience
        on
            last_captures.account_id = audience.account_id
            and last_captures.captured_at = audience.captured_at
    group by months.account_id, months.month

),

surface_months as (

    select
        account_id,
        {{ period_start('month', 'date') }} as month,
        surface,
        sum(exposure) as numerator
    from surfaces
    group by account_id, {{ period_start('month', 'date') }}, surface

),

surfaces_ranked as (

    select
        *,
        sum(numerator) over (partition by account_id, month) as denominator,
        row_number() over (
            partition by account_id, month
            order by
                numerator desc,
                surface asc
        ) as place
    from surface_months

),

health as (

    select
        account_id,
        {{ period_start('month', 'as_of_date') }} as month,
        min(case when not is_passed then item end) as detail,
        count(case when is_passed then 1 end) as numerator,
        count(*) as denominator
    from checks
    group by account_id, {{ period_start('month', 'as_of_date') }}

),

laid_out as (

    {% for factor, relation, detail, missing_reason in [
        ('foreign_audience', 'countries', none, 'no_source'),
        ('largest_surface', 'surfaces_ranked', 'surface', 'no_source'),
        ('account_health', 'health', 'detail', 'expired'),
        ('genre', none, none, 'no_source')
    ] %}
    select
        months.account_id,
        months.month,
        '{{ factor }}' as factor,
        months.brand_id,
        months.platform,
        cast({{ 'measured.' ~ detail if detail else 'null' }} as {{ dbt.type_string() }}) as detail,
        cast({{ 'measured.numerator' if relation else 'null' }} as double) as numerator,
        cast({{ 'measured.denominator' if relation else 'null' }} as double) as denominator,
        {% if relation in ('countries', 'surfaces_ranked') %}
        case when months.platform = 'x' then 'not_offered' else '{{ missing_reason }}' end as missing_reason
        {% else %}
        '{{ missing_reason }}' as missing_reason
        {% endif %}
    from months
    {% if relation %}
    left join {{ relation }} as measured
        on
            months.account_id = measured.account_id
            and months.month = measured.month
            {{ 'and measured.place = 1' if relation == 'surfaces_ranked' }}
    {% endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    account_id,
    month,
    factor,
    brand_id,
    platform,
    detail,
    {{ ratio('numerator', 'denominator') }} as factor_share,
    numerator,
    denominator,
    case
        when {{ ratio('numerator', 'denominator') }} is null then missing_reason
    end as null_reason
from laid_out
