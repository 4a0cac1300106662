with

posts as (

    select * from {{ ref('dim_posts') }}

),

verdicts as (

    select * from {{ ref('post_verdicts') }}

),

rules as (

    {{ rules_in_force('verdict_rules') }}

),

-- seen at least as often as usual, and few went on from it
judged as (

    select
        posts.*,
        verdicts.exposure_to_date >= verdicts.exposure_to_date_median
        and verdicts.onward_visits <= rules.clicks_low_times * verdicts.onward_visits_median as is_low_action
    from verdicts
    cross join rules
    inner join posts
        on verdicts.post_id = posts.post_id
    where
        verdicts.post_n >= rules.posts_least
        and verdicts.age_hours >= 48
        and verdicts.onward_visits is not null

),

traits as (

    select
        account_id,
        brand_id,
        post_id,
        is_low_action,
        'format ' || format as trait
    from judged

    {% for trait, condition in [
        ('with a link', 'link_url is not null'), ('without a link', 'link_url is null'),
        ('with hashtags', "hashtags <> ''"), ('without hashtags', "hashtags = ''"),
        ('on a weekend', 'published_weekday >= 6'), ('before noon', 'published_hour < 12'),
        ('from noon to six', 'published_hour >= 12 and published_hour < 18'), ('in the evening', 'published_hour >= 18')
    ] %}
    union all

    select
        account_id,
        brand_id,
        post_id,
        is_low_action,
        '{{ trait }}' as trait
    from judged
    where {{ condition }}
    {% endfor %}

),

totals as (

    select
        account_id,
        cast(count(case when is_low_action then 1 end) as bigint) as low_action_n,
        cast(count(case when not is_low_action then 1 end) as bigint) as other_n
    from judged
    group by account_id

),

counted as (

    select
        traits.account_id,
        traits.trait,
        max(traits.brand_id) as brand_id,
        max(totals.low_action_n) as low_action_n,
        max(totals.other_n) as other_n,
        cast(count(case when traits.is_low_action then 1 end) as bigint) as low_action_with_trait_n,
        cast(count(case when not traits.is_low_action then 1 end) as bigint) as other_with_trait_n
    from traits
    inner join totals
        on traits.account_id = totals.account_id
    group by traits.account_id, traits.trait

),

contrasted as (

    select
        *,
        {{ ratio('low_action_with_trait_n', 'low_action_n') }} as trait_share_low_action,
        {{ ratio('other_with_trait_n', 'other_n') }} as trait_share_other
    from counted

)

select
    contrasted.account_id,
    contrasted.trait,
    contrasted.brand_id,
    contrasted.low_action_n,
    contrasted.other_n,
    contrasted.low_action_with_trait_n,
    contrasted.other_with_trait_n,
    contrasted.trait_share_low_action,
    contrasted.trait_share_other,
    contrasted.trait_share_low_action - contrasted.trait_share_other as trait_share_change,
    case
        when contrasted.low_action_n >= rules.posts_least and contrasted.other_n >= rules.posts_least
            then cast(
                row_number() over (
                    partition by contrasted.account_id
                    order by
                        contrasted.trait_share_low_action - contrasted.trait_share_other desc,
                        contrasted.trait asc
                ) as bigint
            )
    end as trait_rank
from contrasted
cross join rules
