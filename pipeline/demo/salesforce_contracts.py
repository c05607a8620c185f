"""Salesforce's data export: Contract.csv as it stood on a day."""

import polars as pl

from pipeline.demo.company import SELLERS
from pipeline.demo.days import NEVER, to_date
from pipeline.demo.deals import Contract
from pipeline.demo.ids import NULL_REFERENCE, account_id, contract_id, user_id
from pipeline.demo.merger import owner_at_signing
from pipeline.demo.salesforce_rows import Row, date_cell, stamped, table
from pipeline.demo.view import View, visible_contracts


def contracts(view: View) -> pl.DataFrame:
    """Contract.csv; self-serve customers have none, and a merged account's old contracts keep its id."""
    rows = [
        _contract(view, contract)
        for account in view.story.accounts
        if not account.is_self_serve
        for contract in visible_contracts(view, account.index)
    ]
    return table("Contract", rows)


def contract_status(view: View, contract: Contract) -> str:
    """The contract's status on the day, in the words of this company's CRM."""
    story, cut = view.story, view.cut
    if contract.cancelled <= cut:
        return "Cancelled"
    if contract.ends < cut:
        return "Expired"
    if contract.signed > cut:
        return "In Approval Process"
    if is_disputed(view, contract):
        return "Disputed"
    is_near = contract.ends - 75 <= cut and contract.kind != "Expansion" and contract.account % 3 == 1
    return "In Negotiation" if is_near and story.life.strain(contract.account, cut) > -0.9 else "Activated"


def is_disputed(view: View, contract: Contract) -> bool:
    """Whether this is the disputed contract, in the weeks around the anchor."""
    story, chosen = view.story, view.story.disputed
    if chosen is None or not story.anchor - 30 <= view.cut <= story.anchor + 90:
        return False
    return (chosen.account, chosen.number) == (contract.account, contract.number)


def _contract(view: View, contract: Contract) -> Row:
    account = view.story.accounts[contract.account]
    owner = user_id(SELLERS[account.seller].key)
    signed = contract.signed if contract.signed <= view.cut else NEVER
    cancelled = contract.cancelled if contract.cancelled <= view.cut else NEVER
    state = contract_status(view, contract)
    created = min(contract.signed, contract.starts) - 3
    changed = max(day for day in (created, signed, cancelled) if day < NEVER)
    return {
        "Id": contract_id(contract.account, contract.number),
        "AccountId": account_id(owner_at_signing(contract, view.story.merger)),
        "CurrencyIsoCode": account.currency,
        "OwnerExpirationNotice": "60",
        "StartDate": date_cell(contract.starts),
        "BillingCountry": account.country,
        "BillingCountryCode": account.country_code,
        "ContractTerm": "" if contract.ends == NEVER else str(contract.term_months),
        "Status": state,
        "StatusCode": "InApproval" if state == "In Approval Process" else "Activated",
        "CustomerSignedDate": date_cell(signed),
        "ActivatedDate": "" if signed == NEVER else f"{to_date(signed).isoformat()} 16:20:00",
        "ActivatedById": NULL_REFERENCE if signed == NEVER else owner,
        "Name": f"{account.name} {contract.product} {to_date(contract.starts).year}",
        "ContractNumber": f"{contract.account * 64 + contract.number + 1:08d}",
        "ARR__c": f"{contract.arr}.00",
        "Auto_Renew__c": "1" if contract.auto_renew else "0",
        "Billing_Period__c": contract.billing.capitalize(),
        "Cancelled_On__c": date_cell(cancelled),
        "Churn_Reason__c": REASONS[contract.reason] if cancelled < NEVER else "",
        "Contract_End__c": date_cell(contract.ends),
        "Notice_Days__c": str(contract.notice_days) if contract.notice_days else "",
        "Price_Increase_Pct__c": "" if contract.price_increase_pct is None else f"{contract.price_increase_pct:.1f}",
        "Product__c": contract.product,
        "Seats__c": str(contract.seats),
    } | stamped(created, owner, changed=changed)


REASONS = {
    "product_fit": "Product Fit", "pricing": "Pricing", "service": "Service", "strategic_shift": "Strategic Shift",
    "other": "Other", "": "",
}  # fmt: skip
