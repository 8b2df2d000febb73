"""Who is signed in at Graph, and whether what is to be read may be read."""

from __future__ import annotations

from typing import Final, NamedTuple

from ingest import graph_folders
from ingest.addresses import normalised
from ingest.graph_client import Answer, GraphClient
from ingest.graph_faults import failure_of
from ingest.graph_json import Json, text
from ingest.zones import zone_of

_PATHS: Final = (
    "/me",
    "/me/mailFolders/inbox?$select=totalItemCount",
    "/me/calendar?$select=name",
    "/me?$select=proxyAddresses",
    "/me/mailboxSettings?$select=timeZone",
)
_SMTP: Final = "smtp:"


class Profile(NamedTuple):
    """Own addresses, the main one first, and the zone (IANA), ``""`` where it is not told."""

    addresses: tuple[str, ...]
    zone: str


def look(client: GraphClient) -> Profile:
    """Ask once for each thing that will be read, and for who it is.

    Raises what ``Retry.call`` raises where something of it may not be read. Aliases and time zone
    are not told to everybody, and not needed.
    """
    *needed, aliases, settings = client.batch(_PATHS)
    for answer in needed:
        if answer.error is not None:
            raise failure_of(answer.error)
    me = needed[0].body
    named = [text(me, "mail"), text(me, "userPrincipalName"), *_aliases(aliases)]
    found = [normalised(address) for address in named]
    return Profile(tuple(dict.fromkeys(a for a in found if "@" in a)), _zone(settings))


def count_messages(client: GraphClient) -> int:
    """About how many messages there are in the folders that are read."""
    return sum(folder.items for folder in graph_folders.find(client).evidence())


def _aliases(answer: Answer) -> list[str]:
    """Addresses written ``smtp:address`` (``SMTP:`` the main one); other kinds are no mail."""
    told = _body(answer).get("proxyAddresses")
    listed = [str(one) for one in told] if isinstance(told, list) else []
    return [one[len(_SMTP) :] for one in listed if one.lower().startswith(_SMTP)]


def _zone(answer: Answer) -> str:
    name = text(_body(answer), "timeZone")
    found = zone_of(name, {}) if name else None
    return found[1] if found and "/" in found[1] else ""


def _body(answer: Answer) -> Json:
    return answer.body if answer.error is None and isinstance(answer.body, dict) else {}
