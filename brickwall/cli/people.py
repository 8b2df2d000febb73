"""Which person a name on the command line means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.views_person import find_people
from store.errors import UsageError

if TYPE_CHECKING:
    from analyzer.analysis import Analysis
    from reports.model import Person

SHOWN = 8


def find(analysis: Analysis, name: str) -> Person:
    """The one person that ``name`` means.

    Raises ``UsageError`` when it means nobody, or several people (then naming them).
    """
    found = find_people(analysis, name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            f'Nobody in your mail is called "{name}".',
            "Try a part of the name or the address; `brickwall contacts` lists everyone.",
        )
    shown = ", ".join(f"{person.name} <{person.address}>" for person in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    raise UsageError(f'"{name}" may be {shown}{more}.', "Give the address.")


def addresses_of(analysis: Analysis, person: Person) -> list[str]:
    """All addresses of a person, sorted."""
    people = analysis.people
    others = people.loc[people["person"] == person.id, "addresses"].to_list()
    return sorted({person.address}.union(*others))
