{# A mean this many times the median is pulled by few. #}
{% set skewed_from = 2 %}
{% set fewest_peers = 3 %}
with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

captures as (

    select * from {{ ref('stg_instagram__competitors') }}
    where null_reason is null

),

media as (

    select * from {{ ref('stg_instagram__competitor_media') }}

),

own_days as (

    select * from {{ ref('fct_account_daily') }}
    where platform = 'instagram'

),

own_posts as (

    select * from {{ ref('post_performance') }}
    where platform = 'instagram' and format <> 'story'

),

peer_sets as (

    select * from {{ ref('peer_sets') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

peer_days as (

    select
        captures.account_id,
        captures.handle,
        captures.captured_date as date,
        max(captures.followers) as followers,
        max(captures.posts_published) as posts_published
    from captures
    cross join reporting_window
    where captures.captured_date > {{ add_days('reporting_window.last_date', -92) }}
    group by captures.account_id, captures.handle, captures.captured_date

),

peered as (

    select
        account_id,
        date
    from peer_days
    group by account_id, date

),

peer_posts as (

    -- likes and comments are what everyone can see of anyone; hidden likes leave a post out
    select
        account_id,
        handle,
        captured_date as date,
        avg(cast(like_count + comments_count as double)) as reactions_per_post
    from media
    where {{ days_between('cast(published_at as date)', 'captured_date') }} between 2 and 28
    group by account_id, handle, captured_date

),

own_reactions as (

    select
        own_days.account_id,
        own_days.date,
        avg(cast(own_posts.likes_to_date + own_posts.comments_to_date as double)) as reactions_per_post
    from own_days
    inner join own_posts
        on
            own_days.account_id = own_posts.account_id
            and {{ days_between('own_posts.published_date', 'own_days.date') }} between 2 and 28
    group by own_days.account_id, own_days.date

),

compared as (

    select
        peer_days.account_id,
        peer_days.date,
        peer_days.handle,
        coalesce(peer_sets.peer_set, 'direct') as peer_set,
        cast(peer_days.followers as double) as followers,
        cast(peer_days.posts_published as double) as posts_published,
        peer_posts.reactions_per_post
    from peer_days
    left join peer_sets on peer_days.handle = peer_sets.handle
    left join peer_posts
        on
            peer_days.account_id = peer_posts.account_id
            and peer_days.handle = peer_posts.handle
            and peer_days.date = peer_posts.date

    union all

    select
        own_days.account_id,
        own_days.date,
        accounts.handle,
        'own' as peer_set,
        cast(own_days.followers as double) as followers,
        cast(own_days.posts_published as double) as posts_published,
        own_reactions.reactions_per_post
    from own_days
    inner join accounts on own_days.account_id = accounts.account_id
    inner join peered
        on
            own_days.account_id = peered.account_id
            and own_days.date = peered.date
    left join own_reactions
        on
            own_days.account_id = own_reactions.account_id
            and own_days.date = own_reactions.date

),

measured as (

    {% for metric, value in [
        ('followers', 'followers'), ('posts_published', 'posts_published'),
        ('public_er_followers', ratio('reactions_per_post', 'followers'))
    ] %}
    select
        account_id,
        date,
        '{{ metric }}' as metric_id,
        handle,
        peer_set,
        {{ value }} as value
    from compared
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

sized as (

    select
        *,
        count(case when peer_set = 'direct' then value end) over (partition by account_id, metric_id, date) as direct_n
    from measured

),

chosen as (

    -- the own industry where three of it can be read, else those of the next one too
    select
        *,
        value is not null
        and (peer_set = 'direct' or (peer_set = 'adjacent' and direct_n < {{ fewest_peers }})) as is_of_the_set
    from sized

),

placed as (

    select
        *,
        count(*) over (partition by account_id, metric_id, date, is_of_the_set) as set_n,
        row_number() over (
            partition by account_id, metric_id, date, is_of_the_set
            order by value, handle
        ) as place
    from chosen

),

summarised as (

    select
        account_id,
        metric_id,
        date,
        count(*) as peer_n,
        max(case when peer_set = 'adjacent' then 1 else 0 end) = 1 as is_adjacent,
        avg(value) as value_mean,
        avg(case when 2 * place between set_n and set_n + 2 then value end) as value_median
    from placed
    where is_of_the_set
    group by account_id, metric_id, date

)

select
    chosen.account_id,
    chosen.metric_id,
    chosen.date,
    chosen.handle,
    chosen.peer_set,
    chosen.value,
    cast(coalesce(summarised.peer_n, 0) as bigint) as peer_n,
    case when summarised.is_adjacent then 'adjacent' else 'direct' end as peer_set_kind,
    summarised.value_mean,
    summarised.value_median,
    {{ ratio('summarised.value_mean', 'summarised.value_median') }} as skew,
    case
        when coalesce(summarised.peer_n, 0) < {{ fewest_peers }} then cast(null as {{ dbt.type_string() }})
        when summarised.value_mean > {{ skewed_from }} * summarised.value_median then 'median'
        else 'mean'
    end as proposed_statistic,
    case
        when coalesce(summarised.peer_n, 0) < {{ fewest_peers }} then cast(null as double)
        when summarised.value_mean > {{ skewed_from }} * summarised.value_median then summarised.value_median
        else summarised.value_mean
    end as proposed_value
from chosen
left join summarised
    on
        chosen.account_id = summarised.account_id
        and chosen.metric_id = summarised.metric_id
        and chosen.date = summarised.date
