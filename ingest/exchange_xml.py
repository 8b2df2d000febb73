"""Values in answers of Exchange Web Services, read tolerantly: what is missing is empty."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Any, Final, NamedTuple, TypeAlias

from exchangelib.util import MNS, TNS  # type: ignore[import-untyped]

#: An element of XML, as lxml makes it.
Element: TypeAlias = Any

_FLAGS_PART: Final = 1
_HEAD_BYTES: Final = 2
_CHANGES: Final = {"Create": "create", "Update": "update", "Delete": "delete"}


class Change(NamedTuple):
    """One change of a folder. ``kind``: create | update | delete | read (only whether it was read).

    ``tag``: what it is: Message, MeetingRequest, CalendarItem ... ``received_at``: ISO time in UTC,
    ``""`` where there is none. ``size_bytes``: about how much the item weighs.
    """

    kind: str
    id: str
    tag: str = ""
    received_at: str = ""
    size_bytes: int = 0
    draft: bool = False


class Changes(NamedTuple):
    """Some changes of a folder. ``state``: from where to go on, ``more``: at once."""

    items: tuple[Change, ...]
    state: str
    more: bool


class FolderChange(NamedTuple):
    """A folder that is new or changed. ``tag``: Folder, CalendarFolder ...; ``""``: it is gone.

    ``flags``: bits about whose it is (``ingest.exchange_calendars``). ``writable``: whether the
    user may put anything into it; so is one of which that is not told.
    """

    id: str
    tag: str = ""
    name: str = ""
    parent: str = ""
    folder_class: str = ""
    items: int = 0
    flags: int = 0
    writable: bool = True


def changes_in(message: Element) -> Changes:
    """What an answer to ``changed_items`` says."""
    listed = _find(message, "Changes")
    found = [_change(one) for one in listed] if listed is not None else []
    return Changes(
        tuple(one for one in found if one is not None), *_place(message, "IncludesLastItemInRange")
    )


def folders_in(message: Element) -> tuple[list[FolderChange], str, bool]:
    """What an answer to ``all_folders`` says: changes, state, and whether there is more."""
    listed = _find(message, "Changes")
    found = [_folder_change(one) for one in listed] if listed is not None else []
    return found, *_place(message, "IncludesLastFolderInRange")


def _place(message: Element, last: str) -> tuple[str, bool]:
    return said(message, "SyncState"), said(message, last).strip().lower() not in ("true", "1")


def _change(element: Element) -> Change | None:
    kind = _CHANGES.get(name_of(element), "read")
    holder = element[0] if kind in ("create", "update") and len(element) else element
    name = id_in(holder, "ItemId")
    if not name:
        return None
    size = said(holder, "Size")
    return Change(
        kind=kind,
        id=name,
        tag=name_of(holder),
        received_at=said(holder, "DateTimeReceived"),
        size_bytes=int(size) if size.isdecimal() else 0,
        draft=said(holder, "IsDraft") == "true",
    )


def _folder_change(element: Element) -> FolderChange:
    if name_of(element) == "Delete":
        return FolderChange(id_in(element, "FolderId"))
    return folder_in(element[0])


def folder_in(folder: Element) -> FolderChange:
    """A folder as it is told."""
    count = said(folder, "TotalCount")
    return FolderChange(
        id=id_in(folder, "FolderId"),
        tag=name_of(folder),
        name=said(folder, "DisplayName"),
        parent=id_in(folder, "ParentFolderId"),
        folder_class=said(folder, "FolderClass"),
        items=int(count) if count.isdecimal() else 0,
        flags=_flags(said(folder, "ExtendedProperty", "Value")),
        writable=said(folder, "EffectiveRights", "CreateContents") != "false",
    )


def _flags(told: str) -> int:
    """The bits in a value of parts, each with its number, its length and its content.

    Of a value that breaks off ([MS-OXOCFG] 2.2.7.1) the parts before that count.
    """
    try:
        left = b64decode(told)
    except (binascii.Error, ValueError):
        return 0
    while len(left) > _HEAD_BYTES:
        number, length = left[:_HEAD_BYTES]
        if number == _FLAGS_PART:
            return int.from_bytes(left[_HEAD_BYTES : _HEAD_BYTES + length], "little")
        left = left[_HEAD_BYTES + length :]
    return 0


def addresses_in(message: Element) -> list[str]:
    """The addresses of the person in an answer about names; kinds that are no mail among them.

    Written ``smtp:address``, the main one ``SMTP:address``.
    """
    resolutions = find(message, "ResolutionSet")
    if resolutions is None or len(resolutions) != 1:
        return []
    listed = find(resolutions[0], "Contact", "EmailAddresses")
    return [said(resolutions[0], "Mailbox", "EmailAddress")] + [
        one.text or "" for one in (listed if listed is not None else ())
    ]


def option_in(message: Element, name: str) -> str:
    """The value of a setting in an answer about a user's settings, ``""`` where there is none."""
    entries = find(message, "UserConfiguration", "Dictionary")
    for entry in entries if entries is not None else ():
        if said(entry, "DictionaryKey", "Value") == name:
            return said(entry, "DictionaryValue", "Value")
    return ""


def only_child(message: Element, container: str) -> Element | None:
    """The one thing in a container of an answer, ``None`` where there is none."""
    holder = _find(message, container)
    return holder[0] if holder is not None and len(holder) else None


def name_of(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def find(element: Element, *path: str) -> Element | None:
    """The first element under these names, each in the one before."""
    found: Element | None = element
    for name in path:
        if found is None:
            return None
        found = _find(found, name)
    return found


def said(element: Element, *path: str) -> str:
    """The text of the first element under these names, ``""`` where there is none."""
    found = find(element, *path)
    return (found.text or "") if found is not None else ""


def id_in(element: Element, *path: str) -> str:
    """The id that stands in an element, ``""`` where there is none."""
    found = find(element, *path)
    return (found.get("Id") or "") if found is not None else ""


def _find(element: Element, name: str) -> Element | None:
    found = element.find(f"{{{TNS}}}{name}")
    return found if found is not None else element.find(f"{{{MNS}}}{name}")
