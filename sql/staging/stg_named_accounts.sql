-- One row per table, file and name of an account in it, with the account it leads to; null is an orphan.
with

named as (
    select * from named_accounts('accepted.contracts')
    union all
    select * from named_accounts('accepted.opportunities')
    union all
    select * from named_accounts('accepted.contacts')
    union all
    select * from named_accounts('accepted.activities')
    union all
    select * from named_accounts('accepted.invoices')
    union all
    select * from named_accounts('accepted.usage_daily')
    union all
    select * from named_accounts('accepted.usage_user_days')
    union all
    select * from named_accounts('accepted.users')
    union all
    select * from named_accounts('accepted.limits')
    union all
    select * from named_accounts('accepted.tickets')
    union all
    select * from named_accounts('accepted.survey_invitations')
    union all
    select * from named_accounts('accepted.survey_responses')
    union all
    select * from named_accounts('accepted.trainings')
    union all
    select * from named_accounts('accepted.implementations')
    union all
    select * from named_accounts('accepted.milestones')
    union all
    select * from named_accounts('accepted.risks')
    union all
    select * from named_accounts('accepted.tasks')
    union all
    select * from named_accounts('accepted.effort')
    union all
    select * from named_accounts('accepted.status_notes')
    union all
    select * from named_accounts('accepted.goals')
    union all
    select * from named_accounts('accepted.qbrs')
    union all
    select * from named_accounts('accepted.incidents')
    union all
    select * from named_accounts('accepted.signals')
    union all
    select * from named_accounts('accepted.feedback_items')
    union all
    select * from named_accounts('accepted.overrides')
)

select
    named.table_name,
    named.system,
    named.file_id,
    named.namespace,
    named.external_id,
    named.first_line,
    named.row_count,
    refs.account_id,
    refs.how
from named
left join staging.stg_account_refs as refs using (namespace, external_id)
