"""The mail folders of an Exchange mailbox: which there are, and which of them are evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ingest.graph_client import GraphClient
from ingest.graph_faults import failure_of
from ingest.graph_json import Json, parts, text
from ingest.strings import one_line

#: Folders that are no evidence, with all that lies in them, by the names that Graph gives them.
EXCLUDED: Final = (
    "drafts",
    "junkemail",
    "deleteditems",
    "outbox",
    "conversationhistory",
    "syncissues",
)
#: Folders that every mailbox calls the same in Graph, in the order in which they are read.
SPECIAL: Final = ("sentitems", "inbox", "archive")
_START: Final = "/me/mailFolders/delta?$select=displayName,parentFolderId,totalItemCount,isHidden"
_MAX_DEPTH: Final = 50


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder. ``items``: how many messages it had when it was looked at last."""

    id: str
    name: str
    parent: str
    items: int
    hidden: bool


@dataclass(slots=True)
class Folders:
    """All folders by id. ``link``: where to ask on, ``more``: for the rest of a list, else for
    what has changed. ``special``: Graph's name -> id.
    """

    link: str = ""
    more: bool = False
    special: dict[str, str] = field(default_factory=dict)
    known: dict[str, Folder] = field(default_factory=dict)

    def take(self, page: Json) -> bool:
        """Take a page of changes over; whether anything but a count has changed."""
        before = {one.id: (one.name, one.parent, one.hidden) for one in self.known.values()}
        for item in parts(page, "value"):
            if "@removed" in item:
                self.known.pop(text(item, "id"), None)
            else:
                self._put(item)
        self.more = bool(text(page, "@odata.nextLink"))
        self.link = text(page, "@odata.nextLink") or text(page, "@odata.deltaLink") or self.link
        after = {one.id: (one.name, one.parent, one.hidden) for one in self.known.values()}
        return after != before

    def _put(self, item: Json) -> None:
        """A change tells only what changed."""
        name = text(item, "id")
        old = self.known.get(name, Folder(name, "", "", 0, hidden=False))
        items, hidden = item.get("totalItemCount"), item.get("isHidden", old.hidden)
        searched = "searchfolder" in text(item, "@odata.type").lower()
        self.known[name] = Folder(
            name,
            one_line(text(item, "displayName")) or old.name,
            text(item, "parentFolderId") or old.parent,
            items if isinstance(items, int) else old.items,
            hidden is True or searched,
        )

    def evidence(self) -> list[Folder]:
        """The folders to read: sent mail, inbox and archive first, then all others by path."""
        rank = {self.special.get(name): at for at, name in enumerate(SPECIAL)}
        found = [one for one in self.known.values() if self._counts(one)]
        return sorted(found, key=lambda one: (rank.get(one.id, len(rank)), self.path(one), one.id))

    def path(self, folder: Folder) -> str:
        """Its name with those of the folders it lies in, ``Customers/ACME``."""
        return "/".join(reversed([one.name for one in self._way_up(folder)]))

    def called(self, folder: Folder) -> str:
        """What Graph calls it in every language, else its path."""
        by_id = {number: name for name, number in self.special.items()}
        return by_id.get(folder.id) or self.path(folder)

    def is_excluded(self, folder: Folder) -> bool:
        """Whether it is one of those that are no evidence, or lies in one."""
        excluded = {self.special.get(name) for name in EXCLUDED}
        return any(one.id in excluded for one in self._way_up(folder))

    def _counts(self, folder: Folder) -> bool:
        shown = not any(one.hidden for one in self._way_up(folder))
        return shown and not self.is_excluded(folder)

    def _way_up(self, folder: Folder) -> Iterator[Folder]:
        """The folder and those it lies in, up to the root, which is no folder itself."""
        at: Folder | None = folder
        for _ in range(_MAX_DEPTH):
            if at is None:
                return
            yield at
            at = self.known.get(at.parent) if at.parent != at.id else None


def find(client: GraphClient) -> Folders:
    """All folders, asked for from the beginning."""
    names = (*EXCLUDED, *SPECIAL)
    paths = [f"/me/mailFolders/{name}?$select=id" for name in names]
    *special, first = client.batch([*paths, _START])
    folders = Folders()
    for name, answer in zip(names, special, strict=True):
        if answer.status < 300:
            folders.special[name] = text(answer.body, "id")
        elif answer.error is not None and answer.status != 404:
            raise failure_of(answer.error)
    if first.error is not None:
        raise failure_of(first.error)
    folders.take(first.body)
    follow(client, folders)
    return folders


def follow(client: GraphClient, folders: Folders) -> bool:
    """Read on until nothing is left; whether anything but a count has changed."""
    changed = False
    while folders.more:
        changed |= folders.take(client.get(folders.link))
    return changed
