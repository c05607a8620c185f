"""Stripe's reports: subscriptions (most CRM contracts, and the self-serve ones) and invoices in two files."""

import polars as pl

from pipeline.demo.billing import Invoice
from pipeline.demo.days import NEVER, add_months, to_date
from pipeline.demo.deals import Contract
from pipeline.demo.ids import account_id, customer_token, subscription_token, token
from pipeline.demo.merger import owner_at_signing
from pipeline.demo.people import Contact
from pipeline.demo.view import View, visible_contracts
from pipeline.demo.words import words
from pipeline.demo.writers import Dialect, Sheet

SUBSCRIPTIONS = words(
    "id,Customer ID,Customer Description,Customer Email,Customer Name,Plan,Product,Quantity,Currency,"
    "Interval,Amount,Status,"
    "Created (UTC),Start (UTC),Start Date (UTC),Current Period Start (UTC),Current Period End (UTC),Trial Start (UTC),"
    "Trial End (UTC),Canceled At (UTC),Cancellation Reason,Ended At (UTC),plan_tier (metadata),"
    "salesforce_account (metadata)",
    ",",
)
INVOICES = words(
    "id,Customer,Customer Name,Subscription,Number,Currency,Amount Due,Amount Paid,Status,Date (UTC),"
    "Due Date (UTC),Paid At (UTC)",
    ",",
)
TRIAL_DAYS = 14
SPLIT_YEAR = 2025
NOON = "14:05:00"


def _cell(day: int, time: str = NOON) -> str:
    return "" if day >= NEVER else f"{to_date(day).isoformat()} {time}"


def is_billed_here(account: int) -> bool:
    """One in ten accounts pays by wire and has no subscription here."""
    return account % 10 != 9


def subscriptions(view: View) -> Sheet:
    """subscriptions.csv: several rows for customers that came back or bought more."""
    rows = [
        _subscription(view, contract)
        for account in view.story.accounts
        if account.is_self_serve or is_billed_here(account.index)
        for contract in visible_contracts(view, account.index)
        if contract.starts <= view.cut
    ]
    rows.extend(_abandoned(view))
    return Sheet("contracts", pl.DataFrame({c: [r[c] for r in rows] for c in SUBSCRIPTIONS}))


def _subscription(view: View, contract: Contract) -> dict[str, str]:
    account = view.story.accounts[contract.account]
    payer = _payer(view.people[contract.account], view.cut)
    by_seat = account.is_self_serve
    every = 12 if contract.billing == "annual" else 1
    amount = 50.0 if by_seat else contract.arr * every / 12
    served = contract.cancelled if contract.ends == NEVER else contract.ends
    ended = served if served < view.cut else NEVER
    begins = _period_start(contract.starts, every, min(view.cut, ended))
    cancelled = contract.cancelled if contract.cancelled <= view.cut else NEVER
    return {
        "id": subscription_token(contract.account, contract.number),
        "Customer ID": customer_token(owner_at_signing(contract, view.story.merger)),
        "Customer Description": "",
        "Customer Email": payer.email,
        "Customer Name": account.name,
        "Plan": "price_" + token("plan", contract.product, account.plan, length=14),
        "Product": contract.product,
        "Quantity": str(contract.seats) if by_seat else "1",
        "Currency": account.currency.lower(),
        "Interval": "year" if every == 12 else "month",
        "Amount": f"{amount:.2f}",
        "Status": _status(view, contract, ended),
        "Created (UTC)": _cell(contract.starts),
        "Start (UTC)": _cell(contract.starts),
        "Start Date (UTC)": _cell(contract.starts),
        "Current Period Start (UTC)": _cell(begins),
        "Current Period End (UTC)": _cell(add_months(begins, every)),
        "Trial Start (UTC)": _cell(contract.starts - TRIAL_DAYS) if by_seat else "",
        "Trial End (UTC)": _cell(contract.starts) if by_seat else "",
        "Canceled At (UTC)": _cell(min(cancelled, ended)),
        "Cancellation Reason": "cancellation_requested" if cancelled < NEVER else "",
        "Ended At (UTC)": _cell(ended),
        "plan_tier (metadata)": account.plan.lower(),
        "salesforce_account (metadata)": account_id(contract.account),
    }


def _period_start(starts: int, every: int, day: int) -> int:
    """First day of the billing period that holds the day."""
    number = max(0, (day - starts) // (31 * every))
    while add_months(starts, every * (number + 1)) <= day:
        number += 1
    return add_months(starts, every * number)


def _payer(people: list[Contact], day: int) -> Contact:
    present = [p for p in people if p.joined <= day < p.departed] or people
    return next((p for p in present if p.role == "Finance"), present[0])


def _status(view: View, contract: Contract, ended: int) -> str:
    if ended < NEVER:
        return "canceled"
    return "past_due" if (contract.account * 7 + contract.number + view.cut // 30) % 61 == 5 else "active"


def _abandoned(view: View) -> list[dict[str, str]]:
    """First attempts whose card failed, and trials that are still running: neither brings revenue."""
    rows: list[dict[str, str]] = []
    for account in view.story.accounts:
        contracts = view.contracts.get(account.index, [])
        if not account.is_self_serve or not contracts or account.index % 4:
            continue
        first = contracts[0]
        if first.starts - 20 <= view.cut:
            row = _subscription(view, first)
            row |= {"id": "sub_1" + token("abandoned", account.index, length=23), "Status": "incomplete_expired",
                    "Created (UTC)": _cell(first.starts - 20), "Start (UTC)": _cell(first.starts - 20),
                    "Start Date (UTC)": _cell(first.starts - 20), "Current Period Start (UTC)": "",
                    "Current Period End (UTC)": "", "Trial Start (UTC)": "", "Trial End (UTC)": "",
                    "Canceled At (UTC)": "", "Cancellation Reason": "", "Ended At (UTC)": ""}  # fmt: skip
            rows.append(row)
    return rows


def invoices(view: View, known: list[Invoice]) -> tuple[Sheet, Sheet]:
    """invoices.csv, and the older years in a file that was saved again with semicolons."""
    seen = [i for i in known if i.issued <= view.cut and _is_known(view, i)]
    old = [i for i in seen if to_date(i.issued).year < SPLIT_YEAR]
    new = [i for i in seen if to_date(i.issued).year >= SPLIT_YEAR]
    return _invoice_sheet(view, new, Dialect()), _invoice_sheet(view, old, Dialect(separator=";"))


def _is_known(view: View, invoice: Invoice) -> bool:
    return min(invoice.contract.signed, invoice.contract.starts) <= view.cut


def _invoice_sheet(view: View, known: list[Invoice], dialect: Dialect) -> Sheet:
    rows = [_invoice(view, invoice) for invoice in known]
    schema = dict.fromkeys(INVOICES, pl.String)
    return Sheet("invoices", pl.DataFrame({c: [r[c] for r in rows] for c in INVOICES}, schema=schema), dialect)


def _invoice(view: View, invoice: Invoice) -> dict[str, str]:
    contract = invoice.contract
    account = view.story.accounts[contract.account]
    is_paid = invoice.paid <= view.cut
    is_draft = not is_paid and invoice.issued == view.cut
    status = "void" if invoice.is_void else "paid" if is_paid else "draft" if is_draft else "open"
    minute = 840 + invoice.paid_minute % 480
    paid_at = f"{minute // 60:02d}:{minute % 60:02d}:{invoice.paid_minute % 60:02d}"
    billed = account.is_self_serve or is_billed_here(account.index)
    return {
        "id": "in_1" + token("invoice", contract.account, contract.number, invoice.number, length=23),
        "Customer": customer_token(owner_at_signing(contract, view.story.merger)),
        "Customer Name": account.name,
        "Subscription": subscription_token(contract.account, contract.number) if billed else "",
        "Number": f"TW-{contract.account * 64 + contract.number + 1:06d}-{invoice.number + 1:03d}",
        "Currency": account.currency.lower(),
        "Amount Due": f"{invoice.cents / 100:.2f}",
        "Amount Paid": f"{invoice.cents / 100:.2f}" if is_paid else "0.00",
        "Status": status,
        "Date (UTC)": _cell(invoice.issued),
        "Due Date (UTC)": _cell(invoice.due),
        "Paid At (UTC)": _cell(invoice.paid, paid_at) if is_paid else "",
    }
