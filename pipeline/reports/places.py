"""Where a document stands: safe names of folders and files for accounts and people."""

import hashlib
import re
import unicodedata
from collections.abc import Collection

from pipeline.reports.facts import Row


def folder(row: Row) -> str:
    """`<csm>/<account>`: safe slugs, the account's with a short hash of its id."""
    return f"{slug(row['csm'] or 'no-csm')}/{slug(row['account_name'])}-{_mark(row['account_id'])}"


def slug(text: str) -> str:
    """A name as a file name: lower-case ASCII letters, digits and hyphens, at most 48 of them."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:48].strip("-") or "account"


def place_of(csm: str, everybody: Collection[str]) -> str:
    """A CSM as a file name: a safe slug, with a short hash where two names make the same one."""
    is_shared = sum(slug(each) == slug(csm) for each in everybody) > 1
    return f"{slug(csm)}-{_mark(csm)}" if is_shared else slug(csm)


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
