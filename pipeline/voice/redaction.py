"""Words of a customer without what tells who said them: names, e-mail addresses, phone numbers, links.

Rather too much than too little: beside the names on file, every capital inside a sentence that is no known word goes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.book import Book
from pipeline.policy.voice import VoicePolicy
from pipeline.voice.columns import ACCOUNTS, PEOPLE, fitted

EMAIL = re.compile(r"[^\s<>\"',;:()\[\]]+@[^\s<>\"',;:()\[\]]+\.[^\W\d_]{2,}")
LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|co|de|fr|eu|uk|us|example|test)\b(?:/\S*)?"
)
PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d\s().\-/\u2010-\u2015]{5,}\d(?!\w)")
DATE = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d\b")
TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019\-][^\W\d_]+)*")
SENTENCE_END = re.compile(r"(?:^|[.!?:\u2026\n\"\u201c(]\s*|\s[-\u2013\u2014]\s*)$")
NAME, MAIL, CALL, LINKED = "[name]", "[e-mail]", "[phone]", "[link]"
LONGEST_NAME = 5
FEWEST_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Known:
    """Names on file in lower case, whole and in parts; words, and beginnings of words, that are no names."""

    whole: frozenset[tuple[str, ...]]
    parts: frozenset[str]
    common: frozenset[str]
    beginnings: tuple[str, ...]
    allowed: frozenset[str]
    verbs: frozenset[str]


def known(book: Book, policy: VoicePolicy, texts: Iterable[str] = ()) -> Known:
    """What redaction knows: the people and accounts of the book, and the words that `texts` use in lower case."""
    people = [
        *fitted(book.contacts, PEOPLE).get_column("full_name").drop_nulls().unique().sort().to_list(),
        *(
            name
            for column in ("csm", "account_executive", "csm_manager", "executive_sponsor", "technical_lead")
            if column in book.accounts.columns
            for name in book.accounts.get_column(column).drop_nulls().unique().sort().to_list()
        ),
    ]
    companies = fitted(book.accounts, ACCOUNTS).get_column("account_name").drop_nulls().to_list()
    rules = policy.redaction
    keywords = [word for family in policy.families.values() for phrase in family.keywords for word in phrase.split()]
    lower = {word for text in texts for word in TOKEN.findall(text) if word.islower()}
    return Known(
        frozenset(tuple(_tokens(name)) for name in [*people, *companies]),
        frozenset(part for name in people for part in _tokens(name) if len(part) > 1),
        frozenset(lower | set(keywords) | set(policy.themes.english_words)),
        tuple(sorted({word.removesuffix("*") for word in keywords if word.endswith("*")})),
        frozenset(rules.allowed),
        frozenset(rules.verbs),
    )


def redacted(text: str, names: Known, *, guess: bool = True) -> str:
    """The text with placeholders; the same text when there is nothing to hide.

    Without `guess` only names on file are hidden: for words of our own, such as themes, where capitals are products.
    """
    plain = EMAIL.sub(MAIL, text)
    plain = LINK.sub(LINKED, plain)
    plain = PHONE.sub(lambda hit: CALL if _is_phone(hit[0]) else hit[0], plain)
    tokens = [hit for hit in TOKEN.finditer(plain) if not _in_placeholder(plain, hit)]
    hidden = _on_file(tokens, names)
    if guess:
        hidden |= {at for at in range(len(tokens)) if _is_name(plain, tokens, at, names)}
    return _replaced(plain, tokens, hidden)


def _is_phone(text: str) -> bool:
    """Whether the digits beside any dates are enough for a number; a date between goes with it."""
    return sum(map(str.isdigit, DATE.sub("", text))) >= FEWEST_DIGITS


def _tokens(name: str) -> list[str]:
    return [part.lower() for part in TOKEN.findall(name)]


def _in_placeholder(text: str, hit: re.Match[str]) -> bool:
    before = text[: hit.start()]
    return before.rfind("[") > before.rfind("]") or before.rfind("{{") > before.rfind("}}")


def _on_file(tokens: list[re.Match[str]], names: Known) -> set[int]:
    """Places of whole names on file, in any case."""
    lower = [hit[0].lower() for hit in tokens]
    found: set[int] = set()
    for size in range(1, LONGEST_NAME + 1):
        for at in range(len(lower) - size + 1):
            if tuple(lower[at : at + size]) in names.whole and (size > 1 or tokens[at][0][0].isupper()):
                found |= set(range(at, at + size))
    return found


def _is_name(text: str, tokens: list[re.Match[str]], at: int, names: Known) -> bool:
    word = tokens[at][0]
    if not word[0].isupper() or word in names.allowed:
        return False
    plain = re.sub(r"['\u2019]s$", "", word).lower()
    if plain in names.parts:
        return True
    is_first = SENTENCE_END.search(text[: tokens[at].start()]) is not None
    if not is_first:
        return not (word.isupper() and len(word) <= LONGEST_NAME)
    following = tokens[at + 1][0] if at + 1 < len(tokens) else ""
    if plain in names.common or plain.startswith(names.beginnings) or word.isupper():
        return False
    return following in names.verbs or word.endswith(("'s", "\u2019s")) or following[:1].isupper()


def _replaced(text: str, tokens: list[re.Match[str]], hidden: set[int]) -> str:
    """The text with one placeholder for each run of hidden words."""
    parts, end = [], 0
    for at, hit in enumerate(tokens):
        if at not in hidden:
            continue
        goes_on = at - 1 in hidden and text[tokens[at - 1].end() : hit.start()].strip(" .") == ""
        if goes_on:
            end = hit.end()
            continue
        parts += [text[end : hit.start()], NAME]
        end = hit.end()
    return "".join([*parts, text[end:]])
