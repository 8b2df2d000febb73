"""The folders of a mailbox on an Exchange Server; which mail is evidence is Graph's matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ingest import exchange_calendars
from ingest.exchange_client import ExchangeClient
from ingest.exchange_xml import FolderChange
from ingest.graph_folders import EXCLUDED, Folder, Folders
from store.errors import InputError

CALENDAR: Final = "calendar"
INBOX: Final = "inbox"
#: Exchange's own names; what users call them differs by language.
NAMES: Final = (INBOX, CALENDAR, "sentitems", *EXCLUDED)
#: What holds mail. Feeds and the like have classes of their own, folders that came by IMAP none.
_MAIL_CLASSES: Final = frozenset(("", "ipf.note", "ipf.imap"))
_CALENDAR_TAG: Final = "CalendarFolder"


@dataclass(slots=True)
class Tree:
    """All folders, and of each calendar by id why it is not read, ``""``: it is."""

    folders: Folders = field(default_factory=Folders)
    calendars: dict[str, str] = field(default_factory=dict)

    def own_calendars(self) -> list[Folder]:
        """The calendars to read, the default one first, then by path."""
        default = self.folders.special.get(CALENDAR, "")
        listed = {default: Folder(default, "", "", 0, hidden=True)} if default else {}
        listed |= {one.id: one for one in self._calendars() if not self.calendars[one.id]}
        path = self.folders.path
        return sorted(listed.values(), key=lambda one: (one.id != default, path(one), one.id))

    def other_calendars(self) -> dict[str, str]:
        """Why others are not read, by id."""
        return {one.id: why for one in self._calendars() if (why := self.calendars[one.id])}

    def _calendars(self) -> list[Folder]:
        """All calendars but those among the deleted items and the like."""
        known = [self.folders.known[one] for one in self.calendars]
        return [one for one in known if not self.folders.is_excluded(one)]

    def take(self, found: list[FolderChange], state: str, *, more: bool) -> bool:
        """Take changes over; whether anything but a count has changed."""
        before = dict(self.calendars)
        for one in found:
            self.calendars.pop(one.id, None)
            if one.tag == _CALENDAR_TAG:
                default = one.id == self.folders.special.get(CALENDAR)
                self.calendars[one.id] = "" if default else exchange_calendars.why_left_out(one)
        place = "@odata.nextLink" if more else "@odata.deltaLink"
        page = {"value": [_words(one) for one in found], place: state}
        return self.folders.take(page) or self.calendars != before


def find(client: ExchangeClient) -> Tree:
    """All folders, asked for from the beginning.

    Raises ``InputError`` where there is no inbox and calendar, and what ``Retry.call`` raises.
    """
    special = client.special(NAMES)
    if INBOX not in special or CALENDAR not in special:
        raise InputError(
            "Exchange shows no mailbox under this address", "Is it the address of a person?"
        )
    tree = Tree(Folders(special={name: folder.id for name, folder in special.items()}))
    follow(client, tree)
    return tree


def follow(client: ExchangeClient, tree: Tree) -> bool:
    """Take over what has become of the folders; whether anything but a count has changed."""
    changed, more = False, True
    while more:
        found, state, more = client.folders(tree.folders.link)
        changed |= tree.take(found, state, more=more)
    return changed


def _words(folder: FolderChange) -> dict[str, Any]:
    """A folder in the words of Graph, in which it is kept."""
    if not folder.tag:
        return {"id": folder.id, "@removed": {}}
    mail = folder.tag == "Folder" and folder.folder_class.lower() in _MAIL_CLASSES
    return {
        "id": folder.id,
        "displayName": folder.name,
        "parentFolderId": folder.parent,
        "totalItemCount": folder.items,
        "isHidden": not mail,
    }
