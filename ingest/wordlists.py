"""Words in many languages, as package data: ``ingest/words/*.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def words(name: str) -> dict[str, tuple[str, ...]]:
    """The lists of one file: ``"section.list"``, or ``"list"`` outside of sections."""
    source = resources.files("ingest").joinpath("words", f"{name}.toml")
    lists: dict[str, tuple[str, ...]] = {}
    for key, value in tomllib.loads(source.read_text(encoding="utf-8")).items():
        if isinstance(value, list):
            lists[key] = tuple(value)
        else:
            lists.update({f"{key}.{inner}": tuple(found) for inner, found in value.items()})
    return lists
