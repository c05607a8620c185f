"""Identifiers as the tools make them: Salesforce's 18 characters, Notion's 32 hex digits, Stripe's tokens."""

import hashlib
from functools import lru_cache

from pipeline.demo.company import STAFF

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SUFFIXES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
STEP = 421_337_021
ROOM = 62**5
NULL_REFERENCE = "000000000000000AAA"
ORPHAN_BASE = 900_000_000


@lru_cache(maxsize=200_000)
def salesforce_id(prefix: str, number: int) -> str:
    """18 characters: prefix, instance, a scattered number, and the suffix that encodes which letters are capitals."""
    number, tail = number * STEP % ROOM, ""
    for _ in range(5):
        number, digit = divmod(number, 62)
        tail = DIGITS[digit] + tail
    short = f"{prefix}5g00000{tail}"
    return short + checksum(short)


def checksum(short: str) -> str:
    """The three characters that make a 15-character id safe for tools that ignore case."""
    chunks = (short[start : start + 5] for start in (0, 5, 10))
    return "".join(SUFFIXES[sum(1 << n for n, c in enumerate(chunk) if "A" <= c <= "Z")] for chunk in chunks)


def account_id(index: int) -> str:
    """Salesforce id of an account."""
    return salesforce_id("001", index + 1)


def contact_id(key: int) -> str:
    """Salesforce id of a contact."""
    return salesforce_id("003", key + 1)


def contract_id(account: int, number: int) -> str:
    """Salesforce id of a contract."""
    return salesforce_id("800", account * 128 + number + 1)


def opportunity_id(account: int, number: int) -> str:
    """Salesforce id of an opportunity."""
    return salesforce_id("006", account * 512 + number + 1)


def user_id(key: str) -> str:
    """Salesforce id of one of the vendor's people."""
    return salesforce_id("005", [employee.key for employee in STAFF].index(key) + 1)


def token(kind: str, *parts: object, length: int = 14) -> str:
    """A token of letters and digits, the same for the same parts."""
    number = int.from_bytes(
        hashlib.blake2b("/".join(map(str, (kind, *parts))).encode(), digest_size=16).digest(), "big"
    )
    text = ""
    for _ in range(length):
        number, digit = divmod(number, 62)
        text += DIGITS[digit]
    return text


def hex_id(*parts: object) -> str:
    """32 hex digits, as Notion puts behind every page name."""
    return hashlib.blake2b("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def customer_token(account: int) -> str:
    """Stripe's customer id."""
    return "cus_" + token("customer", account)


def subscription_token(account: int, number: int) -> str:
    """Stripe's subscription id."""
    return "sub_1" + token("subscription", account, number, length=23)
