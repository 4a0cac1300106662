select
    account.platform, account.handle, review.account_id, review.week_start, review.step, review.minutes_budget,
    review.question_en, review.question_ja, review.text_en, review.text_ja, post.text as post
from marts.weekly_review as review
inner join marts.dim_accounts as account using (account_id)
left join marts.dim_posts as post on review.post_id = post.post_id
where review.brand_id = $brand and review.week_start between $period_start and $period_end
order by review.week_start, account.platform, review.account_id, review.step
