"""What a person can do about a cell that could not be read: one sentence per rule."""

from pipeline.ingest.contract import allowed_values
from schemas.tables import Table

READABLE = {
    "whole": "a whole number",
    "number": "a number",
    "money": "an amount such as 1234.50",
    "boolean": "yes or no",
    "date": "a date such as 2026-03-31",
    "instant": "a time such as 2026-03-31 14:05:00",
    "duration": "a length of time such as 90, 1:30:00 or 1h 30m",
    "salesforce_id": "a Salesforce id of 15 or 18 characters",
}
BY_RULE = {
    "destroyed_id": "A spreadsheet rounded this id and its digits are gone; "
    "export the file again without opening it in one.",
    "spreadsheet_serial": "This is a spreadsheet's number of a day; format the column as a date there, then export.",
    "contradictory_dates": "Some dates of the column have the day first, others the month; correct the export.",
    "nonexistent_time": "The clocks skip this local time; set the zone of the times: zone in sources/{system}.toml.",
    "currency_conflict": "The amount names another currency than its row; correct the record, then export again.",
    "not_computable": "The value cannot be worked out from this cell; correct the record, then export again.",
    "ambiguous_date": "Day or month first? The column does not tell; "
    "add day_first = true (or false) to {table}.{column} in sources/{system}.toml.",
}


def remedy_for(rule: str, column: str, kind: str, table: Table, system: str) -> str:
    """What to do about a cell of this column that broke the rule."""
    if rule == "unknown_value":
        known = ", ".join(allowed_values(table, column))
        return f"Known: {known}. Add this spelling to `values` of {table.name}.{column} in sources/{system}.toml."
    if rule in BY_RULE:
        return BY_RULE[rule].format(table=table.name, column=column, system=system)
    return f"Expected {READABLE.get(kind, kind)}; correct the record, or declare its format in sources/{system}.toml."
