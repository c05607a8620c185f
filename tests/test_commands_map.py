"""A mapping is proposed for an export that no source knows, and the next ingest loads it."""

import tomllib
from pathlib import Path

import pytest

from schemas.sources import Source
from tests.commanding import AS_OF, Commands, acme

__all__ = ["acme"]

NAMES = ("Fernhollow", "Mossgate", "Reedmarsh")
DAYS = [f"2026-05-{day:02}" for day in range(1, 29)]
CASES = "Case Number,Client,Opened,Closed,Urgency,State,Headline,Mood\n" + "".join(
    f"{9000 + at},{NAMES[at % 3]},{day} 10:00,{day} 16:30,{('P1', 'P2', 'Urgent')[at % 3]},"
    f"{('Open', 'Solved', 'With the vendor')[at % 3]},Cannot log in {at},calm\n"
    for at, day in enumerate(DAYS)
)
AGREEMENTS = "Agreement ID,Client ID,Begins,Ends,ACV,Auto Renewal,Notice Period (days)\n" + "".join(
    f"A-{at},a{at % 3 + 1},2026-01-{at + 1:02},2027-01-{at + 1:02},{at}500.00,yes,30\n" for at in range(25)
)
ANSWERS = "Submitted At,Company,Contact Email,How likely are you to recommend us?,Why?\n" + "".join(
    f"{day} 09:00,{NAMES[at % 3]},p{at}@fernhollow.example,{at % 11},because {at}\n" for at, day in enumerate(DAYS)
)
BILLS = "Bill No,Client ID,Billed On,Payable By,Settled,Total,Cur\n" + "".join(
    f"B{at},a{at % 3 + 1},2026-04-{at + 1:02},2026-05-{at + 1:02},2026-05-{at + 1:02},{at}00.50,EUR\n"
    for at in range(25)
)
UNKNOWN = {
    "support cases": (CASES, "tickets"),
    "agreements": (AGREEMENTS, "contracts"),
    "nps wave": (ANSWERS, "survey_responses"),
    "billing": (BILLS, "invoices"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_file_with_other_words_for_its_columns_is_mapped_and_loaded(acme: Commands, name: str) -> None:
    text, table = UNKNOWN[name]
    path = acme.put(f"{AS_OF}/{name}.csv", text)
    assert f"{name}.csv: has a header that no source knows" in acme("ingest", "-q").err
    said = acme("map", path, "--write")
    assert said.code == 0, said.err
    assert acme("ingest", "-q").code == 0
    loaded = acme.rows(
        f"select accepted, rejected from meta.loads join meta.files using (file_id) where path like '%{name}%'"
    )
    assert loaded == [(len(text.splitlines()) - 1, 0)]
    assert acme.rows(f"select count(*) > 20 from accepted.{table}") == [(True,)]


def test_the_proposal_says_how_sure_it_is_and_why(acme: Commands) -> None:
    path = acme.put("cases.csv", CASES)
    said = acme("map", path, "--json")
    proposal = said.result["files"]["cases.csv"]
    matches = {match["header"]: match for match in proposal["tables"][0]["matches"]}
    assert (matches["Case Number"]["column"], matches["Urgency"]["column"]) == ("ticket_id", "priority")
    assert matches["Opened"]["confidence"] > 0.9
    assert "named like" in matches["Client"]["why"]
    assert proposal["tables"][0]["account"] == "name"
    lines = acme("map", path).out
    assert "Mood" in lines
    assert "100%" in lines


def test_nothing_is_written_unless_it_is_asked_for(acme: Commands) -> None:
    path = acme.put("cases.csv", CASES)
    assert "--write" in acme("map", path).err
    assert not (acme.root / "sources").exists()


def test_the_toml_is_valid_says_why_and_leaves_unknown_values_to_a_person(acme: Commands) -> None:
    path = acme.put("cases.csv", CASES)
    acme("map", path, "--write", "--system", "Help Centre")
    text = (acme.root / "sources" / "help_centre.toml").read_text()
    source = Source.model_validate(tomllib.loads(text))
    columns = source.file[0].table[0].columns
    assert (source.system, source.file[0].identified_by[0]) == ("help_centre", "Case Number")
    assert columns["status"].values == {"With the vendor": ""}
    assert columns["priority"].values == {"Urgent": "p0"}
    assert '"With the vendor" = ""  # which of them?' in text
    assert '# ignored = ["Mood"]' in text


def test_ids_of_a_known_tool_are_recognised_by_the_accounts_that_are_loaded(acme: Commands) -> None:
    acme("ingest", "-q")
    path = acme.put("agreements.csv", AGREEMENTS)
    assert acme("map", path, "--json").result["files"]["agreements.csv"]["tables"][0]["account"] == "canonical"


def test_a_list_of_accounts_with_their_contract_feeds_both(acme: Commands) -> None:
    text = "Customer No,Customer Name,Website,Live Since,Annual Recurring Revenue,Renewal Date\n" + "".join(
        f'K-{at},Company {at} Ltd,https://www.c{at}.example,2024-03-{at + 1:02},"$1{at},000",2026-09-{at + 1:02}\n'
        for at in range(25)
    )
    path = acme.put("customers.csv", text)
    tables = acme("map", path, "--json").result["files"]["customers.csv"]["tables"]
    assert [table["table"] for table in tables] == ["accounts", "contracts"]
    acme("map", path, "--write")
    acme("ingest", "-q")
    rows = acme.rows("select account_id, arr::varchar from accepted.contracts where _system = 'customers' order by all")
    assert rows[0] == ("K-0", "10000.00")
    assert acme.rows("select domain from accepted.accounts where account_id = 'K-7'") == [("c7.example",)]


@pytest.mark.parametrize(
    ("content", "said"),
    [("dish,price\nsoup,4.50\n", "no canonical table"), ("", "no canonical table"), ("x", "no canonical table")],
)
def test_a_file_of_something_else_is_not_forced_into_a_table(acme: Commands, content: str, said: str) -> None:
    refused = acme("map", acme.put("lunch.csv", content), "--write")
    assert refused.code == 2
    assert said in refused.err
    assert not (acme.root / "sources").exists()


def test_a_known_file_a_taken_name_and_no_file_are_told_apart(acme: Commands) -> None:
    known = acme("map", acme.root / "exports" / AS_OF / "accounts.csv")
    assert (known.code, "canonical accounts" in known.err) == (2, True)
    taken = acme("map", acme.put("cases.csv", CASES), "--system", "zendesk", "--write")
    assert (taken.code, "zendesk is a source already" in taken.err) == (2, True)
    assert acme("map", acme.root / "exports").code == 2


def test_what_a_header_says_cannot_break_the_toml(acme: Commands) -> None:
    header = 'Case Number,Client,Opened,"Urgency ""x""\n# [[file]]"'
    rows = "".join(f"{at},Fernhollow,2026-05-{at + 1:02} 10:00,P{at % 3}\n" for at in range(20))
    path = acme.put("odd.csv", f"{header}\n{rows}")
    toml = acme("map", path, "--json").result["toml"]
    source = Source.model_validate(tomllib.loads(toml))
    assert Path(source.file[0].name).name == "odd"
