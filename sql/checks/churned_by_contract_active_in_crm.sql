-- One row per account that the CRM calls active although its last contract ended and the grace has run out.
select
    account_id,
    account_name,
    status,
    churned_on,
    churned_arr
from marts.accounts
where churned_on is not null and status in ('active', 'onboarding') and not is_scored
