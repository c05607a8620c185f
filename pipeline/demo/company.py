"""The invented vendor Tidewick and its customers: names, places, people, products, and who looks after whom."""

import unicodedata
from dataclasses import dataclass

import numpy as np

from pipeline.demo.days import add_months, to_date
from pipeline.demo.dice import Dice
from pipeline.demo.words import words

VENDOR = "Tidewick"
CORE = "Tidewick Core"
ADD_ONS = ("Tidewick Forecast", "Tidewick Mobile", "Tidewick Connect")
PLANS = {"enterprise": "Enterprise", "mid_market": "Professional", "smb": "Essentials"}
FEATURES = (
    ("stock_levels", "Stock levels", "", "inventory"),
    ("purchase_orders", "Purchase orders", "", "purchasing"),
    ("receiving", "Receiving", "", "inventory"),
    ("cycle_counts", "Cycle counts", "", "inventory"),
    ("reports", "Reports", "", "insight"),
    ("reorder_rules", "Reorder rules", "Professional", "purchasing"),
    ("lot_tracking", "Lot tracking", "Professional", "inventory"),
    ("api_sync", "API sync", "Professional", "platform"),
    ("approval_flows", "Approval flows", "Enterprise", "purchasing"),
    ("multi_warehouse", "Multi-warehouse", "Enterprise", "inventory"),
    ("demand_forecast", "Demand forecast", "Enterprise", "insight"),
    ("custom_roles", "Custom roles", "Enterprise", "platform"),
    ("audit_trail", "Audit trail", "Enterprise", "platform"),
)
INDUSTRIES = ("Wholesale", "Food & Beverage", "Manufacturing", "Healthcare", "Logistics", "Retail", "Fintech")
USE_CASES = ("Multi-site stock control", "Purchase approvals", "Lot traceability", "Reorder automation", "Field stock")
RATES = {"USD": 1.0, "EUR": 1.09, "GBP": 1.27, "AUD": 0.66}
SEGMENTS = ("enterprise", "mid_market", "smb")
COUNTRIES = {
    "NA": (("United States", "US"), ("United States", "US"), ("United States", "US"), ("Canada", "CA")),
    "EU": (("Germany", "DE"), ("France", "FR"), ("Netherlands", "NL"), ("Spain", "ES"), ("Denmark", "DK")),
    "UK": (("United Kingdom", "GB"), ("Ireland", "IE")),
    "APAC": (("Australia", "AU"), ("Australia", "AU"), ("New Zealand", "NZ"), ("Singapore", "SG")),
}
STEM_HEADS = words(
    "Bran Cor Dal Elm Fen Gar Hal Ister Jor Kel Lom Mar Nor Oke Pel Quin Ros Sel Tarn Ulv Ver Wex Yar Zan "
    "Alder Birk Crest Dun Ebb Fal Gors Heath Ing"
)
STEM_TAILS = words(
    "tholm wick bury mere ford den stead lund vale rick moor haven sund by gate well croft mont ridge dale"
)
EU_STEMS = words(
    "Müller Løvdal Peñalva Crémieux Åkers Gößner Françon Núñez Sørby Häberle Bäumer Dussérac Ibáñez Jørstad"
)
TRADES = words(
    "Logistics,Supply,Foods,Provisions,Industrial,Medical,Trading,Distribution,Outfitters,Components,Packaging,Botanics,"
    "Instruments,Marine,Textiles,Hardware,Coatings,Lighting,Optics",
    ",",
)
FIRST_NAMES = words(
    "Ada Ben Carla Deniz Erin Felix Greta Hugo Ines Jonas Katya Liam Mira Nils Olga Pavel Rosa Sven "
    "Tessa Umar Vera Walt "
    "Xenia Yusuf Zoë Anaïs Björn Chloé Dörte Émile Fión Gisèle Håkon Íris José Kálmán"
)
LAST_NAMES = words(
    "Abbott Barlow Castell Dunmore Ekström Farrow Gallo Hartog Ivers Jansen Kowal Lindner Moreau Novak "
    "Okoye Petrov Quist "
    "Rossi Sato Turner Ulrich Vance Weber Xu Yilmaz Zeller Brügger Çelik Dvorak Fernández Göransson Lefèvre"
)


@dataclass(frozen=True, slots=True)
class Employee:
    """One of the vendor's people; `leaves` is the month of the story in which the successor takes over."""

    key: str
    first: str
    last: str
    is_active: bool = True

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        """Address at the vendor."""
        return f"{self.first}.{self.last}@tidewick.example".lower()


CSMS = (
    Employee("csm-1", "Maren", "Holloway"),
    Employee("csm-2", "Tobias", "Lindqvist"),
    Employee("csm-3", "Priya", "Raman"),
    Employee("csm-4", "Joel", "Okafor"),
)
FORMER_CSM = Employee("csm-0", "Elise", "Fontaine", is_active=False)
SELLERS = (Employee("ae-1", "Dario", "Conti"), Employee("ae-2", "Hannah", "Bright"), Employee("ae-3", "Samuel", "Osei"))
CS_MANAGER = Employee("mgr-1", "Renata", "Vasquez")
CS_VP = Employee("vp-1", "Graham", "Whitlock")
AGENTS = (
    Employee("sup-1", "Nadia", "Brandt"),
    Employee("sup-2", "Owen", "Pryce"),
    Employee("sup-3", "Keiko", "Mori"),
    Employee("sup-4", "Luis", "Ferrer"),
)
INTEGRATION = Employee("sys-1", "Data", "Integration")
STAFF = (*CSMS, FORMER_CSM, *SELLERS, CS_MANAGER, CS_VP, *AGENTS, INTEGRATION)


@dataclass(frozen=True, slots=True)
class Account:
    """What stays the same about one account; arr_size is the first contract's ARR in the account's currency."""

    index: int
    name: str
    domain: str
    segment: str
    region: str
    country: str
    country_code: str
    currency: str
    industry: str
    employees: int
    use_case: str
    starts: int
    since: int
    arr_size: int
    seats: int
    is_self_serve: bool
    is_prospect: bool
    csm: int
    seller: int

    @property
    def plan(self) -> str:
        """The plan the account holds."""
        return PLANS[self.segment]

    @property
    def features(self) -> tuple[str, ...]:
        """Keys of the features of its plan."""
        return tuple(feature[0] for feature in FEATURES if feature[2] in ("", self.plan))

    @property
    def tenant(self) -> str:
        """Its id in the product."""
        return f"tw-{(self.index * 7_368_787 + 1_013_904) % 60_466_176:07x}"


def founded(dice: Dice, customers: int, first_day: int, last_start: int) -> list[Account]:
    """All customers, then one prospect for every twenty of them."""
    prospects = max(2, customers // 20)
    return [_account(dice, i, i >= customers, first_day, last_start) for i in range(customers + prospects)]


def _account(dice: Dice, index: int, is_prospect: bool, first_day: int, last_start: int) -> Account:
    segment = SEGMENTS[dice.weighted([0.19, 0.44, 0.37], "segment", index)]
    region = ("NA", "EU", "UK", "APAC")[dice.weighted([0.54, 0.18, 0.11, 0.17], "region", index)]
    currency = {"NA": "USD", "EU": "EUR", "UK": "GBP", "APAC": "AUD"}[region]
    is_self_serve = segment == "smb" and not is_prospect and index % 30 != 11 and dice.roll("self serve", index) < 0.17
    currency = "USD" if is_self_serve or dice.roll("currency", index) < 0.12 else currency
    country, code = dice.pick(COUNTRIES[region], "country", index)
    starts = _start(dice, index, first_day, last_start)
    since = starts if starts >= first_day else add_months(starts, -12 * dice.between(0, 4, "years before", index))
    dollars = _size(dice, index, segment)
    name = _name(dice, index, region)
    seat_price = {"enterprise": 950, "mid_market": 720, "smb": 540}[segment] * (0.8 + 0.4 * dice.roll("price", index))
    return Account(
        index=index,
        name=name,
        domain=_slug(name) + ".example",
        segment=segment,
        region="EU" if region == "UK" else region,
        country=country,
        country_code=code,
        currency=currency,
        industry=dice.pick(INDUSTRIES, "industry", index),
        employees=int(dollars / 400 * (0.5 + 2 * dice.roll("employees", index))) + 8,
        use_case=dice.pick(USE_CASES, "use case", index),
        starts=starts,
        since=since,
        arr_size=int(round(dollars / RATES[currency], -2)),
        seats=max(3, int(dollars / seat_price)),
        is_self_serve=is_self_serve,
        is_prospect=is_prospect,
        csm=index % 4,
        seller=dice.between(0, 2, "seller", index),
    )


def _start(dice: Dice, index: int, first_day: int, last_start: int) -> int:
    if index % 30 == 11:
        return last_start - dice.between(0, 50, "recent start", index)
    if dice.roll("legacy", index) < 0.47:
        return first_day - dice.between(0, 364, "legacy start", index)
    return first_day + int(dice.roll("start", index) ** 0.9 * (last_start - first_day))


def _size(dice: Dice, index: int, segment: str) -> int:
    middle, spread, low, high = {
        "enterprise": (170_000, 0.42, 101_000, 600_000),
        "mid_market": (51_000, 0.32, 26_000, 99_000),
        "smb": (11_500, 0.42, 3_600, 24_000),
    }[segment]
    return int(np.clip(middle * np.exp(spread * dice.gauss("size", index)), low, high))


def _name(dice: Dice, index: int, region: str) -> str:
    names = len(TRADES) * len(STEM_HEADS) * len(STEM_TAILS)
    number = index * 7_919 % names
    trade = TRADES[number % len(TRADES)] + (f" {index // names + 1}" if index >= names else "")
    number //= len(TRADES)
    stem = STEM_HEADS[number % len(STEM_HEADS)] + STEM_TAILS[number // len(STEM_HEADS)]
    if region == "EU" and dice.roll("accent", index) < 0.5:
        return f"{dice.pick(EU_STEMS, 'eu stem', index)} & {stem} {trade}"
    if dice.roll("comma", index) < 0.03:
        return f"{stem}, {dice.pick(LAST_NAMES, 'partner', index)} & Co {trade}"
    return f"{stem} {trade}"


def ascii_text(text: str) -> str:
    """The text without accents, for addresses."""
    folded = text.replace("ø", "o").replace("Ø", "O").replace("ß", "ss").replace("æ", "ae")
    return unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in ascii_text(name).lower()).replace("---", "-").replace("--", "-")


def csm_of(account: Account, day: int, handover: int) -> Employee:
    """The CSM of the account on a day: Elise Fontaine held the fourth book until the handover."""
    return FORMER_CSM if account.csm == 3 and day < handover else CSMS[account.csm]


def fiscal(day: int) -> tuple[int, int]:
    """Fiscal year and quarter; the year starts in February and is named after the year in which it ends."""
    today = to_date(day)
    months = (today.month - 2) % 12
    return today.year + (today.month >= 2), months // 3 + 1
