-- One row per surviving account and day on which an export told something about it; the days are local.
-- Attributes come column by column from the first owner with a value.
with

told as (
    select
        refs.account_id,
        versions._owner_rank as owner_rank,
        extracted_day(versions._extracted_at) as valid_from_on,
        versions.* exclude (
            account_id,
            parent_account_id,
            csm,
            csm_email,
            csm_manager,
            account_executive,
            executive_sponsor,
            technical_lead
        ),
        person_name(versions._system, versions.csm) as csm,
        coalesce(versions.csm_email, person_email(versions._system, versions.csm)) as csm_email,
        coalesce(
            person_name(versions._system, versions.csm_manager), person_manager(versions._system, versions.csm)
        ) as csm_manager,
        person_name(versions._system, versions.account_executive) as account_executive,
        person_name(versions._system, versions.executive_sponsor) as executive_sponsor,
        person_name(versions._system, versions.technical_lead) as technical_lead,
        parents.account_id as parent_account_id
    from versions_of('accepted.accounts') as versions
    inner join staging.stg_account_refs as refs
        on versions._system = refs.namespace and versions.account_id = refs.external_id
    left join staging.stg_account_refs as parents
        on versions._system = parents.namespace and versions.parent_account_id = parents.external_id
    where
        versions._owner_rank is not null
        and not coalesce(versions._is_deleted, false)
        and refs.account_id = refs.before_merge_id
    qualify row_number() over (
        partition by refs.account_id, versions._owner_rank, valid_from_on
        order by versions._extracted_at desc, versions._row_hash asc, versions._line asc
    ) = 1
),

moments as (
    select
        account_id,
        valid_from_on
    from told
    group by account_id, valid_from_on
),

speakers as (
    select
        account_id,
        owner_rank
    from told
    group by account_id, owner_rank
),

heard as (
    select
        moments.account_id,
        moments.valid_from_on,
        told.* exclude (account_id, valid_from_on)
    from moments
    inner join speakers using (account_id)
    asof inner join told
        on
            moments.account_id = told.account_id
            and speakers.owner_rank = told.owner_rank
            and moments.valid_from_on >= told.valid_from_on
)

select
    account_id,
    valid_from_on,
    lead(valid_from_on) over (partition by account_id order by valid_from_on) as valid_to_on,
    arg_min(account_name, owner_rank) as account_name,
    arg_min(domain, owner_rank) as domain,
    arg_min(record_url, owner_rank) as record_url,
    arg_min(parent_account_id, owner_rank) as parent_account_id,
    arg_min(industry, owner_rank) as industry,
    arg_min(region, owner_rank) as region,
    arg_min(country, owner_rank) as country,
    arg_min(employees, owner_rank) as employees,
    arg_min(segment, owner_rank) as segment,
    arg_min(status, owner_rank) as status,
    arg_min(csm, owner_rank) as csm,
    arg_min(csm_email, owner_rank) as csm_email,
    arg_min(csm_manager, owner_rank) as csm_manager,
    arg_min(account_executive, owner_rank) as account_executive,
    arg_min(executive_sponsor, owner_rank) as executive_sponsor,
    arg_min(technical_lead, owner_rank) as technical_lead,
    arg_min(currency, owner_rank) as currency,
    arg_min(customer_since_on, owner_rank) as customer_since_on,
    arg_min(next_review_on, owner_rank) as next_review_on,
    arg_min(expansion_potential, owner_rank) as expansion_potential,
    arg_min(use_case, owner_rank) as use_case,
    arg_min(plan, owner_rank) as plan,
    arg_min(seats_licensed, owner_rank) as seats_licensed,
    arg_min(strategic_alignment, owner_rank) as strategic_alignment,
    arg_min(is_strategic, owner_rank) as is_strategic,
    arg_min(is_advocate, owner_rank) as is_advocate,
    arg_min(last_health_check_on, owner_rank) as last_health_check_on
from heard
group by account_id, valid_from_on
