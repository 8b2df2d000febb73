"""Which folders of a mailbox are evidence, told by special use (RFC 6154) or by name. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from ingest import folders
from ingest.imap_connection import Listed, Status

#: Folders that hold what was never sent or is unwanted, with all that lies in them.
_UNWANTED: Final = frozenset({"\\drafts", "\\junk", "\\trash"})
#: Folders that show again what lies elsewhere.
_VIEWS: Final = frozenset({"\\all", "\\flagged", "\\important"})
_CLOSED: Final = frozenset({"\\noselect", "\\nonexistent"})
_RANKS: Final = (("\\sent", "sent"), ("\\inbox", "inbox"), ("\\archive", "archive"))


class Folder(NamedTuple):
    """A folder to read. ``path``: its name with the folders it lies in, ``Customers/ACME``."""

    name: str
    path: str
    status: Status | None


def evidence(
    listed: Sequence[Listed], foreign: Iterable[str] = (), *, gmail: bool = False
) -> list[Folder]:
    """The folders to read: sent mail, inbox and archive first, then all others by path.

    ``foreign``: what names begin with that belong to other people. ``gmail``: each label is a
    folder there, and the one with all mail (which holds neither spam nor trash) says the most.
    """
    everything = [one for one in listed if "\\all" in one.flags]
    if gmail and everything:
        return [_folder(one) for one in everything]
    unwanted = {one.name for one in listed if _is_unwanted(one)}
    prefixes = tuple(foreign)
    found = [
        one
        for one in listed
        if not one.flags & (_CLOSED | _VIEWS)
        and unwanted.isdisjoint(_way_up(one))
        and not (prefixes and one.name.startswith(prefixes))
    ]
    return [_folder(one) for one in sorted(found, key=lambda one: (_rank(one), _path(one)))]


def is_sent(one: Listed) -> bool:
    """Whether a folder holds what its owner has sent, as the server marks it, else by its name."""
    return "\\sent" in one.flags or folders.kind_of(_path(one)) == "sent"


def _is_unwanted(one: Listed) -> bool:
    if one.name.upper() == "INBOX":
        return False
    return bool(one.flags & _UNWANTED) or bool(folders.left_out_label([_path(one)]))


def _way_up(one: Listed) -> Iterator[str]:
    """The name of a folder and of all folders it lies in."""
    name = one.name
    while name:
        yield name
        name = name.rpartition(one.delimiter)[0] if one.delimiter else ""


def _rank(one: Listed) -> int:
    path = _path(one)
    names = {path.lower(), folders.kind_of(path)}
    ranks = [n for n, (flag, name) in enumerate(_RANKS) if flag in one.flags or name in names]
    return min(ranks, default=len(_RANKS))


def _folder(one: Listed) -> Folder:
    return Folder(one.name, _path(one), one.status)


def _path(one: Listed) -> str:
    return one.name.replace(one.delimiter, "/") if one.delimiter else one.name
