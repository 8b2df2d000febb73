"""Which person a name on the command line means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 8


def find(people: pd.DataFrame, name: str) -> int:
    """The id of the one person whose name or address contains ``name``; exact matches first.

    Raises ``UsageError`` when nobody fits, or several do (then naming them).
    """
    wanted = " ".join(name.lower().split())
    others = people.loc[~people["own"]]
    names = others["name"].str.lower()
    addresses = others["addresses"].map(lambda entries: " ".join(entries))
    exact = (names == wanted) | others["addresses"].map(lambda entries: wanted in entries)
    part = names.str.contains(wanted, regex=False) | addresses.str.contains(wanted, regex=False)
    found = others.loc[exact] if exact.any() else others.loc[part]
    if len(found) == 1:
        return int(found["person"].iloc[0])
    if found.empty:
        raise UsageError(
            f'Nobody in your mail is called "{name}".',
            "Try a part of the name or the address; `brickwall contacts` lists everyone.",
        )
    raise UsageError(f'"{name}" may be several people: {_listed(found)}.', "Give the address.")


def _listed(found: pd.DataFrame) -> str:
    first = found.head(SHOWN)
    shown = [f"{n} <{a}>" for n, a in zip(first["name"], first["address"], strict=True)]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(shown) + more
