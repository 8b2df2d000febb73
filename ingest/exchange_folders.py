"""The folders of a mailbox on an Exchange Server; which of them are evidence is Graph's matter."""

from __future__ import annotations

from typing import Any, Final

from ingest.exchange_client import ExchangeClient
from ingest.exchange_xml import FolderChange
from ingest.graph_folders import EXCLUDED, Folders
from store.errors import InputError

CALENDAR: Final = "calendar"
INBOX: Final = "inbox"
#: Exchange's own names; what users call them differs by language.
NAMES: Final = (INBOX, CALENDAR, "sentitems", *EXCLUDED)
#: What holds mail. Feeds and the like have classes of their own, folders that came by IMAP none.
_MAIL_CLASSES: Final = frozenset(("", "ipf.note", "ipf.imap"))


def find(client: ExchangeClient) -> Folders:
    """All folders, asked for from the beginning.

    Raises ``InputError`` where there is no inbox and calendar, and what ``Retry.call`` raises.
    """
    special = client.special(NAMES)
    if INBOX not in special or CALENDAR not in special:
        raise InputError(
            "Exchange shows no mailbox under this address", "Is it the address of a person?"
        )
    folders = Folders(special={name: folder.id for name, folder in special.items()})
    follow(client, folders)
    return folders


def follow(client: ExchangeClient, folders: Folders) -> bool:
    """Take over what has become of the folders; whether anything but a count has changed."""
    changed, more = False, True
    while more:
        found, state, more = client.folders(folders.link)
        place = "@odata.nextLink" if more else "@odata.deltaLink"
        changed |= folders.take({"value": [_words(one) for one in found], place: state})
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
