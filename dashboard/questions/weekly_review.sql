select
    account.platform, account.handle, review.account_id, review.week_start, review.step, review.question_en,
    review.question_ja, post.text as post, review.exposure, review.engagements, review.er_exposure,
    review.link_clicks, review.sessions, review.leads
from marts.weekly_review as review
inner join marts.dim_accounts as account using (account_id)
left join marts.dim_posts as post on review.post_id = post.post_id
where review.brand_id = $brand and review.week_start between $period_start and $period_end
order by review.week_start, account.platform, review.account_id, review.step
