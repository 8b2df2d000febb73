"""What a display name or an address says about a person: a name, a machine, a country."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_LISTS: Final = tomllib.loads((files("analyzer.data") / "people.toml").read_text("utf-8"))

FREE_MAIL: Final = frozenset(_LISTS["free_mail"])
GENERIC: Final = frozenset(_LISTS["generic"])
_AUTOMATIC: Final = "(?:" + "|".join(_LISTS["automatic"]) + ")"
_NOT_COUNTRIES: Final = frozenset(_LISTS["not_countries"])
_GENERIC_WORD: Final = r"\b(?:" + "|".join(sorted(GENERIC)) + r")\b"
_SUFFIX: Final = r"(?i)^(?:inc|ltd|llc|gmbh|ag|co|corp|jr|sr|ii|iii|phd|md|esq|mba)\b"


def cleaned(names: pd.Series[str]) -> pd.Series[str]:
    """Display names as a person would write them: "Lay, Kenneth" is "Kenneth Lay".

    Quotes, bracketed remarks, directory paths ("/Corp/Enron@ENRON") and names that are only an
    address are taken away; what is left may be ``""``.
    """
    bare = names.str.replace(r"[\x00-\x1f\"<>]|\([^)]*\)|\[[^\]]*\]", " ", regex=True)
    bare = bare.str.replace(r"(?i)\s+(?:on behalf of|via)\s+.*$", "", regex=True)
    bare = bare.str.replace(r"/.*$", "", regex=True).str.replace(r"\s+", " ", regex=True)
    bare = bare.str.strip(" '.,;").where(~bare.str.contains("@", regex=False), "")
    return _turned(bare)


def _turned(names: pd.Series[str]) -> pd.Series[str]:
    parts = names.str.extract(r"^([^,]+),\s*([^,]+)$")
    turns = parts[1].notna() & ~parts[1].str.contains(_SUFFIX, regex=True, na=True)
    turned = parts[1].fillna("") + " " + parts[0].fillna("")
    return names.where(~turns, turned)


def from_address(addresses: pd.Series[str]) -> pd.Series[str]:
    """A name made of the local part: "john.smith@x" is "John Smith"; else the address.

    Where everybody invents their own address, "lizard_ar" is a nickname: parts are names from
    three letters on.
    """
    local = local_part(addresses)
    plain = local.str.fullmatch(r"[^\W\d_]{2,}(?:[._-][^\W\d_]+)+") & ~functional(local)
    invented = addresses.str.replace(r"^.*@", "", regex=True).isin(FREE_MAIL)
    plain &= ~(invented & local.str.contains(r"(?:^|[._-])[^\W\d_]{1,2}(?:[._-]|$)", regex=True))
    spaced = local.str.replace(r"[._-]+", " ", regex=True).str.title()
    return addresses.where(~plain, spaced)


def behalf(names: pd.Series[str]) -> pd.Series[str]:
    """Whom a display name speaks for ("Ann Lee on behalf of Ken Roe"), cleaned, or ``""``."""
    said = names.str.extract(r"(?i)\bon behalf of\s+(.+)$")[0].fillna("").astype("str")
    return cleaned(said)


def key(names: pd.Series[str]) -> pd.Series[str]:
    """Names in a form that compares: no case, accents or initials; ``""`` under two words.

    Names of functions ("Sales Team") compare to nothing.
    """
    folded = names.str.normalize("NFKD").str.replace(r"[\u0300-\u036f]", "", regex=True)
    folded = folded.str.casefold().str.replace(r"[^\w\s'-]", " ", regex=True)
    folded = folded.str.replace(r"\b\w\b\.?", " ", regex=True)
    folded = folded.str.replace(r"\s+", " ", regex=True).str.strip()
    good = folded.str.contains(" ", regex=False) & ~functional(folded)
    return folded.where(good & ~folded.str.contains(r"\d", regex=True), "")


def functional(words: pd.Series[str]) -> pd.Series[bool]:
    """Whether a name or local part is that of a function ("info", "Sales Team")."""
    spaced = words.str.lower().str.replace(r"[._-]+", " ", regex=True)
    return spaced.str.contains(_GENERIC_WORD, regex=True)


def local_part(addresses: pd.Series[str]) -> pd.Series[str]:
    """What stands before the at sign, without a ``+tag``."""
    return addresses.str.replace(r"@.*$", "", regex=True).str.replace(r"\+.*$", "", regex=True)


def automatic(addresses: pd.Series[str]) -> pd.Series[bool]:
    """Whether an address is that of a machine or list."""
    return addresses.str.replace(r"@.*$", "", regex=True).str.fullmatch(_AUTOMATIC)


def country(addresses: pd.Series[str]) -> pd.Series[str]:
    """Two letters from the country domain of the address, ``""`` where it has none."""
    last = addresses.str.extract(r"\.([a-z]{2})$")[0].fillna("").astype("str")
    known = last.where(~last.isin(_NOT_COUNTRIES), "")
    return known.replace({"uk": "gb"}).str.upper()


def registrable(hosts: pd.Series[Any]) -> pd.Series[Any]:
    """The registrable domain of hosts, by the public suffix list; else the host itself."""
    suffixes = _suffixes()
    return hosts.map(lambda host: suffixes.privatesuffix(host) or host)


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # slow to load, seldom needed

    return PublicSuffixList()
