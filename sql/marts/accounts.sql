-- One row per surviving account, as known at as_of.
with

standing as (
    select
        account_id,
        arr,
        known_arr,
        arr_pending,
        is_scored,
        has_left,
        last_served_on
    from intermediate.int_arr_stated
    where stated_on = getvariable('as_of') and known_on = getvariable('as_of')
),

first_contracts as (
    select
        account_id,
        min(starts_on) as first_started_on
    from staging.stg_contracts
    group by account_id
),

seats as (
    select
        account_id,
        sum(seats)::bigint as seats
    from marts.contracts
    where is_in_force
    group by account_id
),

renewals as (
    select
        account_id,
        min(renewal_on) as renewal_on
    from marts.contracts
    where (is_in_force or is_past_due) and not has_signed_successor
    group by account_id
),

-- The terms with which service ended say why; the largest speaks first.
leavings as (
    select
        standing.account_id,
        standing.last_served_on + 1 as churned_on,
        ending.arr as churned_arr,
        arg_max(
            contracts.churn_reason, (contracts.arr, contracts.contract_id)
        ) filter (where contracts.churn_reason is not null) as churn_reason
    from standing
    inner join intermediate.int_arr_stated as ending
        on
            standing.account_id = ending.account_id
            and standing.last_served_on = ending.stated_on
            and ending.known_on = getvariable('as_of')
    inner join intermediate.int_contracts_followed as contracts
        on standing.account_id = contracts.account_id and standing.last_served_on = contracts.service_ends_on
    where standing.has_left
    group by standing.account_id, standing.last_served_on, ending.arr
),

touches as (
    select
        activities.account_id,
        max(activities.occurred_on) filter (
            where coalesce(activities.was_attended, true) and coalesce(activities.type, '') <> 'escalation'
        ) as last_touch_on,
        max(activities.occurred_on) filter (
            where activities.type in ('meeting', 'call')
            and activities.was_attended
            and contacts.role = 'executive_sponsor'
        ) as last_executive_meeting_on
    from staging.stg_activities as activities
    left join staging.stg_contacts as contacts using (account_id, contact_id)
    group by activities.account_id
),

reviews as (
    select
        account_id,
        max(held_on) as last_qbr_on,
        max(held_on) filter (where has_executive) as last_executive_qbr_on
    from staging.stg_qbrs
    group by account_id
),

open_tickets as (
    select
        account_id,
        count(*) as open_ticket_count,
        count(*) filter (where priority in ('p0', 'p1')) as open_p0_p1
    from marts.open_tickets
    group by account_id
),

next_tasks as (
    select
        account_id,
        title,
        due_on,
        owner
    from staging.stg_tasks
    where side = 'ours' and completed_on is null and coalesce(status, '') <> 'completed'
    qualify row_number() over (
        partition by account_id
        order by due_on nulls last, priority nulls last, task_id
    ) = 1
),

pipelines as (
    select
        account_id,
        sum(amount)::decimal(18, 2) as expansion_pipeline
    from marts.opportunities
    where type = 'expansion' and not is_closed
    group by account_id
),

go_lives as (
    select
        account_id,
        bool_and(went_live_on is not null) as is_live
    from staging.stg_implementations
    group by account_id
),

joined as (
    select
        accounts.*,
        standing.arr,
        standing.arr_pending,
        standing.is_scored,
        tier_of(standing.known_arr) as tier,
        coalesce(accounts.customer_since_on, first_contracts.first_started_on) as since_on,
        coalesce(accounts.seats_licensed, seats.seats) as seats,
        renewals.renewal_on,
        renewals.renewal_on - getvariable('as_of') as days_to_renewal,
        touches.last_touch_on,
        greatest(touches.last_executive_meeting_on, reviews.last_executive_qbr_on) as last_executive_touch_on,
        reviews.last_qbr_on,
        coalesce(open_tickets.open_ticket_count, 0) as open_ticket_count,
        coalesce(open_tickets.open_p0_p1, 0) as open_p0_p1,
        next_tasks.title as next_action,
        next_tasks.due_on as next_action_on,
        next_tasks.owner as next_action_owner,
        coalesce(pipelines.expansion_pipeline, 0) as expansion_pipeline,
        leavings.churned_on,
        leavings.churn_reason,
        leavings.churned_arr,
        coalesce(go_lives.is_live, false) as is_live
    from staging.stg_accounts as accounts
    inner join standing using (account_id)
    left join first_contracts using (account_id)
    left join seats using (account_id)
    left join renewals using (account_id)
    left join leavings using (account_id)
    left join touches using (account_id)
    left join reviews using (account_id)
    left join open_tickets using (account_id)
    left join next_tasks using (account_id)
    left join pipelines using (account_id)
    left join go_lives using (account_id)
),

-- Onboarding until its day or go-live, renewal inside the tier's window, adoption until its month, growth after.
staged as (
    select
        *,
        case
            when churned_on is not null or (status = 'churned' and not is_scored) then 'churned'
            when not is_scored and coalesce(status, '') <> 'onboarding' then null
            when
                since_on is null
                or (getvariable('as_of') - since_on < getvariable('onboarding_until_day') and not is_live)
                then 'onboarding'
            when days_to_renewal <= terms_of(tier).renewal_window_days then 'renewal'
            when getvariable('as_of') < since_on + to_months(getvariable('adoption_until_month')) then 'adoption'
            else 'growth'
        end as lifecycle_stage
    from joined
)

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
    segment_of(segment, tier) as segment,
    tier,
    status,
    csm,
    csm_email,
    csm_manager,
    account_executive,
    executive_sponsor,
    technical_lead,
    currency,
    since_on as customer_since_on,
    next_review_on,
    expansion_potential,
    use_case,
    plan,
    seats,
    strategic_alignment,
    is_strategic,
    is_advocate,
    last_health_check_on,
    lifecycle_stage,
    arr,
    arr_pending,
    is_scored,
    is_backfilled,
    renewal_on,
    days_to_renewal,
    last_touch_on,
    last_executive_touch_on,
    last_qbr_on,
    open_ticket_count,
    open_p0_p1,
    next_action,
    next_action_on,
    next_action_owner,
    expansion_pipeline,
    churned_on,
    churn_reason,
    churned_arr
from staged
