-- One row per account, department and role of its known users; activity is null where no tool names its users.
with

told as (
    select count(*) > 0 as is_told
    from staging.stg_user_activity
)

select
    users.account_id,
    users.department,
    users.role,
    count(*) as user_count,
    count(*) filter (where users.activated_on is not null) as activated_count,
    count(*) filter (where users.is_admin) as admin_count,
    count(*) filter (where users.is_admin and users.activated_on is not null) as admin_activated_count,
    case when any_value(told.is_told) then count(activity.user_id) end as active_count_30d,
    case when any_value(told.is_told) then coalesce(sum(activity.active_day_count_30d), 0)::bigint end
        as user_day_count_30d
from staging.stg_users as users
cross join told
left join staging.stg_user_activity as activity using (account_id, user_id)
where users.deactivated_on is null
group by users.account_id, users.department, users.role
