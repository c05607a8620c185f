-- One row per surviving account, with the attributes valid at as_of, else the earliest known.
select
    account_id,
    account_name,
    domain,
    record_url,
    parent_account_id,
    industry,
    region,
    country,
    employees,
    segment,
    status,
    csm,
    csm_email,
    csm_manager,
    account_executive,
    executive_sponsor,
    technical_lead,
    currency,
    customer_since_on,
    next_review_on,
    expansion_potential,
    use_case,
    plan,
    seats_licensed,
    strategic_alignment,
    is_strategic,
    is_advocate,
    last_health_check_on,
    valid_from_on > getvariable('as_of') as is_backfilled
from staging.stg_account_versions
qualify row_number() over (
    partition by account_id
    order by
        is_backfilled asc,
        case when is_backfilled then null else valid_from_on end desc,
        valid_from_on
) = 1
