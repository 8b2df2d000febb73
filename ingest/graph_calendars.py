"""The calendars of an Exchange mailbox: which there are, and which of them are the user's own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from ingest.graph_client import GraphClient
from ingest.graph_json import Json, mailbox, text

#: Where the list of calendars begins; Graph has no delta for it.
START: Final = "/me/calendars?$select=name,owner,canEdit,isDefaultCalendar&$top=100"
#: Why a calendar is not read.
OTHERS: Final = "calendars of others"
FIXED: Final = "calendars that cannot be written in (birthdays, holidays)"


@dataclass(slots=True)
class Calendars:
    """``own``: ids of those to be read, the default one first. ``left_out``: id -> why not."""

    own: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


def find(client: GraphClient, addresses: Collection[str]) -> Calendars:
    """All calendars, asked for. ``addresses``: the user's own.

    Raises what ``Retry.call`` raises.
    """
    return rest(client, client.get(START), addresses)


def rest(client: GraphClient, page: Json, addresses: Collection[str]) -> Calendars:
    """All calendars of the list that begins with ``page``."""
    return _sorted_out(list(client.rest(page)), addresses)


def _sorted_out(items: list[Json], addresses: Collection[str]) -> Calendars:
    """Own are those of whoever owns the default calendar, whatever address that is told by.

    In a calendar that its owner cannot write in nobody is invited: Exchange fills it by itself.
    """
    items = sorted(items, key=lambda one: one.get("isDefaultCalendar") is not True)
    owners = {_owner(one) for one in items if one.get("isDefaultCalendar") is True}
    owners |= {"", *addresses}
    found = Calendars()
    for one in items:
        if _owner(one) not in owners:
            found.left_out[text(one, "id")] = OTHERS
        elif one.get("canEdit") is False and one.get("isDefaultCalendar") is not True:
            found.left_out[text(one, "id")] = FIXED
        else:
            found.own.append(text(one, "id"))
    return found


def _owner(calendar: Json) -> str:
    """Address of the owner, ``""`` where none is told."""
    return mailbox({"emailAddress": calendar.get("owner")})[1]
