-- One row per implementation plan started by as_of.
select
    plan_id,
    account_id,
    started_on,
    original_go_live_on,
    target_go_live_on,
    known_day(went_live_on) as went_live_on,
    phase,
    completion_pct,
    planned_pct,
    budget,
    spent,
    currency,
    person_name(_system, owner) as owner,
    has_technical_blocker,
    uat_executed,
    uat_passed,
    data_loaded_pct,
    data_accuracy_pct,
    known_day(first_value_on) as first_value_on,
    stakeholder_score
from newest_by_account('accepted.implementations')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(started_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
