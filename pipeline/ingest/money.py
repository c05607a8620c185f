"""SQL for a text that is an amount of money, and for the currency that an amount names itself."""

from typing import Final

from pipeline.ingest.numbers import GAP, rewritten
from pipeline.ingest.sql_text import is_one_of, let, quoted

# ISO 4217 codes in use; three letters beside a number that are none of them make it unreadable.
_ISO_4217: Final = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL "
    "HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL "
    "MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON "
    "RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
    "UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
_DOLLARS: Final = (
    "USD CAD AUD NZD HKD SGD TWD MXN BRL ARS CLP COP UYU BBD BMD BND BSD BZD DOP FJD GYD JMD KYD LRD NAD SBD SRD TTD "
    "XCD"
)
CODES: Final = tuple(_ISO_4217.split())
DOLLARS: Final = tuple(_DOLLARS.split())
# fmt: off
SIGNS: Final = {
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "AU$": "AUD", "A$": "AUD", "NZ$": "NZD", "HK$": "HKD", "SG$": "SGD",
    "S$": "SGD", "R$": "BRL", "MX$": "MXN", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB",
    "₺": "TRY", "₪": "ILS", "₫": "VND", "₱": "PHP", "฿": "THB", "ZŁ": "PLN", "KČ": "CZK",
}
# fmt: on
# Currencies that are written with the sign of another one.
SAME_SIGN: Final = {"JPY": ("JPY", "CNY"), "GBP": ("GBP", "EGP", "GIP", "SHP", "FKP", "LBP", "SYP")}
_FACTORS: Final = {"K": 1_000, "M": 1_000_000, "MM": 1_000_000, "B": 1_000_000_000, "BN": 1_000_000_000}
_CODES: Final = "|".join(CODES)
_SIGNS: Final = "|".join(sign.replace("$", "[$]") for sign in [*SIGNS, "$"])
_MARK: Final = f"({_SIGNS})|(?:^|[^A-Z]|[0-9](?:K|MM?|BN?))({_CODES})(?:[^A-Z]|$)"
_BEHIND: Final = f"{GAP}*(?:{_CODES}|{_SIGNS})(-?[)]?)$"
_BEFORE: Final = f"^([(]?-?)(?:{_CODES}|{_SIGNS}){GAP}*"
_AMOUNT: Final = (
    r"^([(]?)([+-]?)((?:\d+|\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:\.\d*)?(?:E[+-]?\d{1,2})?|\.\d+)"
    r" ?(K|MM?|BN?|)(-?)([)]?)$"
)
MOST: Final = "1e15"
EXACT: Final = "DECIMAL(30, 10)"


def money(text: str, decimal: str = ".", exact: str = EXACT, times: int | None = None) -> str:
    """An exact amount, also with a currency's sign or code, thousands marks, K, M or B, brackets or a minus behind."""
    bare = rewritten(f"trim({_unmarked(text)})", decimal)
    parts = f"regexp_extract({bare}, {quoted(_AMOUNT)}, ['open', 'sign', 'digits', 'factor', 'behind', 'close'])"
    factor = " ".join(f"when '{name}' then {each}" for name, each in _FACTORS.items())
    amount = f"try_cast(replace(g.digits, ',', '') as {EXACT})"
    signs = "(g.open <> '')::integer + (g.sign = '-')::integer + (g.behind <> '')::integer"
    is_sound = f"(g.open <> '') = (g.close <> '') and {signs} <= 1 and abs({amount}) < {MOST}"
    value = f"{amount} * case g.factor {factor} else 1 end * case when {signs} = 1 then -1 else 1 end * {times or 1}"
    return f"list_transform([{parts}], lambda g: case when {is_sound} then try_cast({value} as {exact}) end)[1]"


def fast_money(cell: str, exact: str = EXACT) -> str:
    """The amount of a cell that is written plainly, else null."""
    amount = f"try_cast({cell} as {exact})"
    is_plain = f"{cell} between '-' and ':' and not contains({cell}, '_') and abs({amount}) < {MOST}"
    return f"case when {is_plain} then {amount} end"


def _unmarked(text: str) -> str:
    before = f"regexp_replace(replace(upper({text}), '−', '-'), {quoted(_BEFORE)}, '\\1')"
    return f"regexp_replace({before}, {quoted(_BEHIND)}, '\\1')"


def mark(text: str) -> str:
    """The currency that an amount names: a code, `$` where only that is said, null without any."""
    found = " || ".join(f"regexp_extract(upper({text}), {quoted(_MARK)}, {group})" for group in (1, 2))
    named = " ".join(f"when {quoted(sign)} then '{code}'" for sign, code in SIGNS.items())
    return let("said", found, f"case said when '' then null {named} else said end")


def contradicts(found: str, currency: str) -> str:
    """Whether the currency that an amount names is another than the one in force for its row; false where unknown."""
    shared = " ".join(f"when '{code}' then not {is_one_of(currency, others)}" for code, others in SAME_SIGN.items())
    differs = f"case {found} when '$' then not {is_one_of(currency, DOLLARS)} {shared} else {found} <> {currency} end"
    return f"({currency} is not null and {differs})"


def currency(text: str) -> str:
    """A currency's code in capitals, also of its sign, and of `USD - U.S. Dollar`."""
    named = " ".join(f"when {quoted(sign)} then '{code}'" for sign, code in SIGNS.items())
    code = "regexp_replace(upper_case, '^([A-Z]{3}) ?[-(–].*$', '\\1')"
    return let("upper_case", f"upper({text})", f"case upper_case {named} else {code} end")
