"""Salesforce's data export: Account, Contact and User as they stood on a day."""

import polars as pl

from pipeline.demo.company import CS_MANAGER, CS_VP, SELLERS, STAFF, Account
from pipeline.demo.days import NEVER, add_months
from pipeline.demo.ids import (
    NULL_REFERENCE,
    account_id,
    contact_id,
    customer_token,
    salesforce_id,
    user_id,
)
from pipeline.demo.people import Contact, holder
from pipeline.demo.salesforce_rows import Row, date_cell, stamped, table
from pipeline.demo.view import View, visible_contracts

SEGMENT_LABELS = {"enterprise": "Enterprise", "mid_market": "Mid-Market", "smb": "SMB"}
RECORD_TYPE = "0125g000000FvKp"


def status(view: View, account: Account) -> str:
    """What the CRM says about the account; churn is noticed a little late, and twice in a hundred not at all."""
    story, i = view.story, account.index
    started = [stay for stay in story.stays_of.get(i, []) if stay.starts <= view.cut]
    if not started:
        return "Prospect"
    if i == story.merger.merged and story.merger.day <= view.cut:
        return "Active"
    lag = 1 + story.dice.between(0, 20, "churn noticed", i)
    if started[-1].ends + lag <= view.cut and story.dice.roll("churn not noticed", i) > 0.03:
        return "Churned"
    live = story.rollouts[i].live if i in story.rollouts else started[0].starts + 14
    return "Onboarding" if view.cut < live else "Active"


def created_day(view: View, account: Account) -> int:
    """When the account was entered in the CRM."""
    return min(account.since, account.starts) - view.story.dice.between(40, 150, "entered", account.index)


def accounts(view: View) -> pl.DataFrame:
    """Account.csv."""
    known = [account for account in view.story.accounts if created_day(view, account) <= view.cut]
    return table("Account", [_account(view, account) for account in known])


def _account(view: View, account: Account) -> Row:
    story, i = view.story, account.index
    csm, state = story.csm(i, view.cut), status(view, account)
    is_merged = i == story.merger.merged and story.merger.day <= view.cut
    has_contract = any(c.starts <= view.cut for c in view.contracts.get(i, []))
    seller = SELLERS[account.seller]
    row: Row = {
        "Id": account_id(i),
        "IsDeleted": "1" if is_merged else "0",
        "MasterRecordId": account_id(story.merger.survivor) if is_merged else NULL_REFERENCE,
        "Name": account.name,
        "Type": "Prospect" if state == "Prospect" else "Customer",
        "RecordTypeId": RECORD_TYPE,
        "BillingCountry": account.country,
        "BillingCountryCode": account.country_code,
        "BillingStreet": f"{i % 190 + 1} Harbour Road\nUnit {i % 9 + 1}"
        if i % 37 == 5
        else f"{i % 190 + 1} Harbour Road",
        "AccountNumber": f"{i + 1:06d}",
        "Website": f"https://www.{account.domain}",
        "Industry": account.industry,
        "NumberOfEmployees": str(account.employees),
        "Description": _description(account),
        "CurrencyIsoCode": account.currency,
        "AccountSource": ("Web", "Referral", "Event", "Outbound")[i % 4],
        "Account_Executive__c": seller.name,
        "CSM_Email__c": csm.email if has_contract else "",
        "CSM_Manager__c": CS_MANAGER.name if has_contract else "",
        "CSM__c": csm.name if has_contract else "",
        "Customer_Since__c": date_cell(account.since) if has_contract else "",
        "Customer_Status__c": state,
        "Plan__c": "" if account.is_prospect else account.plan,
        "Product_Tenant_Id__c": account.tenant if has_contract else "",
        "Region__c": account.region,
        "Segment__c": "" if i % 41 == 3 else SEGMENT_LABELS[account.segment],
        "Stripe_Customer_Id__c": customer_token(i) if has_contract else "",
        "Use_Case__c": account.use_case,
        "Zendesk_Organization__c": "" if i % 3 else account.name,
    }
    row |= _relationship(view, account) if has_contract else {}
    return row | stamped(created_day(view, account), user_id(seller.key), changed=view.cut - (i % 6))


def _description(account: Account) -> str:
    if account.index % 29 == 4:
        return (
            f'Runs {account.index % 7 + 2} warehouses.\nBuys through the "{account.country}" office,\nasks for net 45.'
        )
    return ""


def _relationship(view: View, account: Account) -> Row:
    """What the CS team keeps up by hand: people, dates, alignment, seats."""
    story, i, cut = view.story, account.index, view.cut
    people = view.people[i]
    sponsor, lead = holder(people, "Executive Sponsor", cut), holder(people, "Technical Lead", cut)
    quarter = cut - (cut - account.starts) % 91
    vigor = story.life.mean(story.life.vigor, i, quarter)
    drawn = vigor + 0.5 * story.dice.gauss("alignment", i, quarter)
    aligned = "" if i % 17 == 6 else "Aligned" if drawn > 0.35 else "Uncertain" if drawn > -1.0 else "Misaligned"
    known = [c for c in visible_contracts(view, i) if c.starts <= cut]
    running = [c for c in known if c.ends >= cut]
    renewal = min((c.ends + 1 for c in running if c.ends < NEVER), default=NEVER)
    cores = [c.seats for c in running if c.product == "Tidewick Core"]
    checked = cut - (cut + i) % 31 - (20 if vigor < -0.5 else 0)
    return {
        "Executive_Sponsor__c": sponsor.name if sponsor else "",
        "Technical_Lead__c": lead.name if lead else "",
        "Strategic_Alignment__c": aligned,
        "Seats_Licensed__c": str(account.seats if not cores else max(account.seats, sum(cores))),
        "Expansion_Potential__c": str(int(round(account.arr_size * (0.1 + 0.3 * story.dice.roll("potential", i)), -2))),
        "Is_Advocate__c": "1" if vigor > 1.3 and story.dice.roll("advocate", i) < 0.35 else "0",
        "Is_Strategic__c": "1" if account.segment == "enterprise" and i % 3 == 0 else "0",
        "Last_Health_Check__c": date_cell(max(checked, account.starts)),
        "Next_Review__c": date_cell(quarter + 91) if running else "",
        "Renewal_Date__c": date_cell(renewal),
        "RenewalDate__c": date_cell(add_months(account.starts, 12)) if i % 5 == 0 else "",
    }


def contacts(view: View) -> pl.DataFrame:
    """Contact.csv; after the merger the merged account's people stand at the survivor."""
    rows: list[Row] = []
    merger = view.story.merger
    for people in view.people.values():
        for person in (p for p in people if p.joined <= view.cut):
            moved = person.account == merger.merged and merger.day <= view.cut
            rows.append(_contact(view, person, merger.survivor if moved else person.account))
    return table("Contact", rows)


def _contact(view: View, person: Contact, account: int) -> Row:
    owner = user_id(SELLERS[view.story.accounts[person.account].seller].key)
    has_left = person.departed <= view.cut
    return {
        "Id": contact_id(person.key),
        "AccountId": account_id(account),
        "FirstName": person.first,
        "LastName": person.last,
        "Name": person.name,
        "RecordTypeId": "0125g000000FvKq",
        "Email": person.email,
        "Title": person.title,
        "Department": {"Finance": "Finance", "Technical Lead": "IT"}.get(person.role, "Operations"),
        "CurrencyIsoCode": view.story.accounts[person.account].currency,
        "Joined_On__c": date_cell(person.joined),
        "Left_Company_On__c": date_cell(person.departed if has_left else NEVER),
        "Role__c": person.role,
    } | stamped(person.joined, owner, changed=person.departed if has_left else None)


def users(view: View) -> pl.DataFrame:
    """User.csv."""
    rows: list[Row] = []
    for employee in STAFF:
        active = employee.is_active or view.cut < view.story.anchor - 400
        rows.append(
            {
                "Id": user_id(employee.key),
                "Username": employee.email,
                "LastName": employee.last,
                "FirstName": employee.first,
                "Name": employee.name,
                "CompanyName": "Tidewick",
                "Title": TITLES[employee.key.split("-")[0]],
                "Email": employee.email,
                "IsActive": "1" if active else "0",
                "TimeZoneSidKey": "America/New_York",
                "LocaleSidKey": "en_US",
                "ProfileId": salesforce_id("00e", 1),
                "UserType": "Standard",
                "ManagerId": user_id(CS_VP.key) if employee.key.startswith("csm") else NULL_REFERENCE,
            }
            | stamped(view.story.first_day - 900, user_id("sys-1"))
        )
    return table("User", rows)


TITLES = {
    "csm": "Customer Success Manager", "ae": "Account Executive", "mgr": "Customer Success Manager, Lead",
    "vp": "VP Customer Success", "sup": "Support Engineer", "sys": "Integration User",
}  # fmt: skip
