-- One row per account and week of the panel with a key stakeholder gone in its last 180 days.
select
    contacts.account_id,
    days.week_ending_on,
    count(*) filter (where days.span = '180d') as stakeholder_departed_count_180d,
    count(*) filter (where days.span = '90d') as stakeholder_departed_count_90d,
    count(*) filter (
        where days.span = '90d' and contacts.role = 'executive_sponsor'
    ) as executive_sponsor_departed_count_90d
from staging.stg_contacts as contacts
inner join intermediate.int_week_days_spanned as days on contacts.departed_on = days.day
where
    days.span in ('90d', '180d')
    and contacts.role in ('champion', 'executive_sponsor', 'technical_lead')
    and days.week_ending_on >= coalesce(contacts.joined_on, date '0001-01-01')
group by contacts.account_id, days.week_ending_on
