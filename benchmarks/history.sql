-- Two months of as many brands as the variable `brands` says, a quarter of a million rows each: what dbt is measured
-- over. Made up, but keyed, dated and counted as captures are, so that every join finds what it looks for and every
-- counter grows.

create temp table brand as
select
    n,
    case n when 0 then 'aozora' when 1 then 'nordlicht' else 'brand_' || n end as brand_id,
    case when n % 2 = 0 then 'Asia/Tokyo' else 'Europe/Berlin' end as zone,
    case when n % 2 = 0 then 'JPY' else 'EUR' end as currency
from range(getvariable('brands')) as _(n);

create temp table account as
select *, cast(base + n as varchar) as account_id
from brand
cross join (
    values
    ('instagram', 17841400000000101), ('x', 1500000000000000101), ('ga4', 310000101), ('hubspot', 24000101)
) as _(source, base);

create temp table day as
select cast(date '2026-07-01' + cast(n as integer) as date) as date from range(60) as _(n);

-- A snapshot is filed under the day of its capture, the midnight after the day that it closes.
create temp table capture as
select
    account.*, stream, is_snapshot,
    case when is_snapshot then date + 1 else date end as window_date,
    cast(date + 1 as timestamp) at time zone 'UTC' as captured_at,
    concat_ws('/', source, stream, date, account_id || '.ndjson.zst') as landing_file
from account
inner join (
    values
    ('instagram', 'account', true), ('instagram', 'media', true), ('instagram', 'account_insights', false),
    ('x', 'user', true), ('x', 'posts', true), ('ga4', 'daily_reports', false), ('hubspot', 'contacts', false),
    ('hubspot', 'deals', false)
) as _(source, stream, is_snapshot) using (source)
cross join day;

insert into raw_registry.accounts by name
select brand_id, 'Brand ' || n as brand_name, zone, currency, source, account_id, 'handle_' || n as handle from account;

insert into raw_registry.loads by name
select
    source, stream, account_id, window_date, captured_at, landing_file, 'loaded' as status, 100 as row_count,
    1 as page_count, 1 as request_count, captured_at as loaded_at
from capture;

-- 360 posts an account, six a day; each is in every capture after it was published.
create temp table post as
select
    capture.*, number,
    cast(1900000000000000000 + n * 100000 + number as varchar) as post_id,
    cast(date '2026-06-25' + cast(number // 6 as integer) as timestamp) at time zone 'UTC'
    + to_hours(6 + 2 * (number % 6)) as published_at,
    window_date - (date '2026-06-25' + cast(number // 6 as integer)) as age_days
from capture
cross join range(360) as _(number)
where stream in ('media', 'posts') and date '2026-06-25' + cast(number // 6 as integer) < window_date;

insert into raw_instagram.media by name
select
    landing_file, account_id, window_date, captured_at, post_id as media_id, 'caption #tag_' || number % 9 as caption,
    case number % 3 when 0 then 'IMAGE' when 1 then 'VIDEO' else 'CAROUSEL_ALBUM' end as media_type,
    case number % 3 when 1 then 'REELS' else 'FEED' end as media_product_type, published_at,
    age_days * 10 as like_count, age_days as comments_count
from post where source = 'instagram';

insert into raw_instagram.media_insights by name
select landing_file, account_id, window_date, captured_at, post_id as media_id, metric, age_days * weight as value
from post
cross join (
    values
    ('reach', 90), ('views', 140), ('saved', 3), ('shares', 2), ('total_interactions', 16), ('likes', 10),
    ('comments', 1)
) as _(metric, weight)
where source = 'instagram';

insert into raw_x.posts by name
select
    landing_file, account_id, window_date, captured_at, post_id, post_id as first_post_id, 'text ' || number as text,
    published_at as created_at, post_id as conversation_id, 'tag_' || number % 9 as hashtags,
    case when number % 2 = 0 then 'https://shop.example.com/?utm_content=' || post_id end as link_url,
    age_days as public_retweet_count, age_days as public_reply_count, age_days * 9 as public_like_count,
    0 as public_quote_count, age_days as public_bookmark_count, age_days * 200 as public_impression_count,
    age_days * 200 as non_public_impression_count, age_days * 12 as non_public_engagements,
    age_days * 2 as non_public_user_profile_clicks, age_days * 3 as non_public_url_link_clicks,
    age_days * 200 as organic_impression_count
from post where source = 'x';

insert into raw_instagram.accounts by name
select
    landing_file, account_id, window_date, captured_at, 'handle_' || n as username, 10000 + n as followers_count,
    100 as follows_count, 400 as media_count
from capture where stream = 'account';

insert into raw_x.users by name
select
    landing_file, account_id, window_date, captured_at, 'handle_' || n as username, 9000 + n as followers_count,
    100 as following_count, 400 as tweet_count
from capture where stream = 'user';

insert into raw_instagram.account_insights by name
select landing_file, account_id, window_date, captured_at, metric, weight as value
from capture
cross join (
    values
    ('reach', 900), ('views', 1400), ('accounts_engaged', 80), ('total_interactions', 160), ('likes', 100),
    ('comments', 10), ('shares', 9), ('saves', 8), ('profile_views', 70), ('website_clicks', 20)
) as _(metric, weight)
where stream = 'account_insights';

insert into raw_ga4.traffic by name
select
    landing_file, account_id, window_date, captured_at, window_date as date, '/products/' || number % 50 as landing_page,
    case number % 3 when 0 then 'instagram' when 1 then 'x' else 'google' end as source,
    case number % 3 when 2 then 'organic' else 'social' end as medium, 'campaign_' || number % 7 as campaign,
    cast(1900000000000000000 + n * 100000 + number % 360 as varchar) as content, 'Organic Social' as channel_group,
    number % 7 + 1 as sessions, number % 5 as engaged_sessions, number % 3 as new_users, number % 6 + 1 as total_users,
    30 as engaged_time_s, number % 9 + 1 as page_views, 0 as key_events, 0 as revenue_amount, currency,
    zone as property_zone, false as is_sampled
from capture
cross join range(2000) as _(number)
where stream = 'daily_reports';

insert into raw_ga4.key_events by name
select
    landing_file, account_id, window_date, captured_at, window_date as date, 'generate_lead' as event_name,
    'instagram' as source, 'social' as medium, 'content_' || number as content, 1 as key_events, 1 as event_count
from capture
cross join range(100) as _(number)
where stream = 'daily_reports';

insert into raw_ga4.pages by name
select
    landing_file, account_id, window_date, captured_at, window_date as date, '/products/' || number as page_path,
    40 as page_views, 30 as total_users
from capture
cross join range(100) as _(number)
where stream = 'daily_reports';

insert into raw_ga4.totals by name
select
    landing_file, account_id, window_date, captured_at, window_date as date, 5000 as sessions, 3000 as engaged_sessions,
    4000 as total_users, 1500 as new_users, 7000 as page_views, 100 as key_events, 0 as revenue_amount, currency,
    zone as property_zone
from capture where stream = 'daily_reports';

insert into raw_hubspot.contacts by name
select
    landing_file, account_id, window_date, captured_at, concat(n, '0', window_date - date '2026-06-01', number) as contact_id,
    md5(concat(n, window_date, number)) as person_key, captured_at - to_hours(12) as created_at,
    captured_at - to_hours(12) as modified_at, 'lead' as lifecycle_stage, 'SOCIAL_MEDIA' as source,
    'https://shop.example.com/?utm_source=instagram&utm_medium=social&utm_content=bio' as first_url,
    captured_at - to_hours(13) as first_visit_at, captured_at - to_hours(12) as lead_at
from capture
cross join range(100, 140) as _(number)
where stream = 'contacts';

insert into raw_hubspot.deals by name
select
    landing_file, account_id, window_date, captured_at, concat(n, '0', window_date - date '2026-06-01', number) as deal_id,
    1000 as amount, currency, 'closedwon' as stage, 'default' as pipeline, captured_at - to_hours(10) as created_at,
    captured_at - to_hours(1) as closed_at, captured_at - to_hours(1) as modified_at, true as is_closed, true as is_won
from capture
cross join range(100, 110) as _(number)
where stream = 'deals';

insert into raw_hubspot.deal_contacts by name
select landing_file, account_id, window_date, captured_at, deal_id, deal_id as contact_id from raw_hubspot.deals;

insert into raw_files.product_events by name
select
    concat_ws('-', brand_id, date, customer, event_type) as event_id, 'customer' as entity_type,
    concat(brand_id, '-c', lpad(cast(customer as varchar), 4, '0')) as entity_id, event_type,
    cast(date as timestamp) at time zone 'UTC' + to_hours(9) as occurred_at, 1 as quantity,
    concat('product_events-', date, '.csv') as file, row_number() over (partition by date) as line
from brand
cross join day
cross join range(40) as _(customer)
cross join (values ('login'), ('session'), ('feature:export')) as __(event_type);

checkpoint;
