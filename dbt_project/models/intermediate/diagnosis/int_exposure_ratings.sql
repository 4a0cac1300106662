with

exposure_days as (

    select
        *,
        min(case when is_counted then date end) over (partition by account_id) as first_counted_date,
        sum(exposures) over (
            partition by account_id
            order by date
            rows between 6 preceding and current row
        ) as week_exposures,
        count(exposures) over (
            partition by account_id
            order by date
            rows between 6 preceding and current row
        ) as week_days
    from {{ ref('int_exposure_days') }}

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

weekly as (

    select
        *,
        lag(exposures) over (partition by account_id order by date) as exposures_before,
        case
            when week_days = 7 and lag(week_days, 7) over (partition by account_id order by date) = 7
                then ln(
                    (week_exposures + 1)
                    / (lag(week_exposures, 7) over (partition by account_id order by date) + 1)
                )
        end as week_change_log,
        {% for days in range(4, 8) %}
        sum(posts_published) over (
            partition by account_id
            order by date
            rows between {{ days - 1 }} preceding and current row
        ) as posts_in_{{ days }},
        {% endfor %}
        case
            when row_number() over (partition by account_id order by date) >= 7
                then sum(posts_published) over (
                    partition by account_id
                    order by date
                    rows between 6 preceding and current row
                )
        end as whole_week_posts
    from exposure_days

),

-- what each measure usually is, by the days before alone
histories as (

    select
        today.account_id,
        today.date,
        median(earlier.growth_index) as growth_median,
        count(earlier.growth_index) as growth_days,
        median(earlier.week_change_log) as change_median,
        count(earlier.week_change_log) as change_days,
        median(
            case when {{ days_between('earlier.date', 'today.date') }} >= 7 then earlier.whole_week_posts end
        ) as posts_median,
        count(
            case when {{ days_between('earlier.date', 'today.date') }} >= 7 then earlier.whole_week_posts end
        ) as posts_days
    from weekly as today
    cross join rules
    inner join weekly as earlier
        on
            today.account_id = earlier.account_id
            and today.date > earlier.date
            and earlier.date >= {{ add_days('today.date', '-rules.history_days') }}
    group by today.account_id, today.date

),

spreads as (

    select
        histories.account_id,
        histories.date,
        greatest(
            1.4826 * median(abs(earlier.growth_index - histories.growth_median)),
            max(rules.growth_spread_least)
        ) as growth_spread,
        greatest(
            1.4826 * median(abs(earlier.week_change_log - histories.change_median)),
            max(rules.total_spread_least)
        ) as change_spread,
        1.4826 * median(
            case
                when {{ days_between('earlier.date', 'histories.date') }} >= 7
                    then abs(earlier.whole_week_posts - histories.posts_median)
            end
        ) as posts_spread
    from histories
    cross join rules
    inner join weekly as earlier
        on
            histories.account_id = earlier.account_id
            and histories.date > earlier.date
            and earlier.date >= {{ add_days('histories.date', '-rules.history_days') }}
    group by histories.account_id, histories.date

),

rated as (

    select
        weekly.*,
        histories.posts_median,
        case
            when histories.growth_days >= rules.history_days_least
                then weekly.growth_index - histories.growth_median
        end as growth_off,
        spreads.growth_spread,
        case
            when histories.change_days >= rules.total_days_least
                then weekly.week_change_log - histories.change_median
        end as change_off,
        spreads.change_spread,
        case when histories.posts_days >= rules.history_days_least then spreads.posts_spread end as posts_spread
    from weekly
    inner join histories
        on
            weekly.account_id = histories.account_id
            and weekly.date = histories.date
    inner join spreads
        on
            weekly.account_id = spreads.account_id
            and weekly.date = spreads.date
    cross join rules

),

judged as (

    select
        rated.*,
        abs(rated.growth_off) >= rules.growth_z * rated.growth_spread
        and abs(exp(rated.growth_off) - 1) >= rules.growth_change_least as is_growth_unusual,
        -- fresh posts without a single display: the source has not counted yet
        rated.date > rated.first_counted_date
        and (
            not rated.is_counted
            or (rated.fresh_posts > 0 and rated.fresh_posts_counted = 0 and coalesce(rated.growth_off, -1) < 0)
            or (
                rated.exposures = 0
                and rated.posts_read_daily > 0
                and rated.exposures_before >= rules.growth_exposure_least
            )
        ) as is_uncounted
    from rated
    cross join rules

),

counting as (

    select
        *,
        max(case when is_uncounted then date end) over (
            partition by account_id
            order by date
            rows between unbounded preceding and 1 preceding
        ) as last_uncounted_date
    from judged

)

select * from counting
