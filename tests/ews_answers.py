"""What a fake Exchange answers to each operation that brickwall uses."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tests import ews_directory, ews_listing, ews_sent
from tests import ews_xml as say
from tests.ews_mailbox import Mailbox
from tests.ews_xml import MESSAGES, TYPES, Element, element

#: What SyncFolderItems cannot tell, like all operations that list.
_NOT_LISTED: Final = frozenset(("MimeContent", "Body", "Attachments", "InternetMessageHeaders"))
_State: TypeAlias = dict[str, Any]


class RefusedError(Exception):
    """A response code instead of what was asked for."""


@dataclass
class Answers:
    """The operations over one mailbox. ``age``: states of other ages are forgotten.

    ``zone``: of the user in Outlook on the web, ``""``: never was there. ``aliases``: as the
    directory lists them.
    """

    mailbox: Mailbox
    age: int = 0
    zone: str = "W. Europe Standard Time"
    aliases: tuple[str, ...] = ("SMTP:rep@ours.example", "smtp:sales@ours.example", "X500:/o=Ours")
    denied: str = ""
    rename_sent: bool = False
    given: list[str] = field(default_factory=list)

    def answer(self, request: Element) -> Element:
        """The answer to the body of a request."""
        name = _local(request)
        if self.denied:
            empty = [element("m:Items")] if name == "CreateItem" else []
            messages = [_failed(name, self.denied, *empty)]
        else:
            operation: Callable[[Element], Iterator[Element]] = _OPERATIONS[name].__get__(self)
            messages = list(operation(request))
        return element(f"m:{name}Response", element("m:ResponseMessages", *messages))

    def _get_folder(self, request: Element) -> Iterator[Element]:
        wanted = _wanted(request)
        for one in _found(request, MESSAGES, "FolderIds"):
            name = one.get("Id")
            known = self.mailbox.special.get(name) if "Distinguished" in _local(one) else name
            if name in ("msgfolderroot", "root"):
                known = self.mailbox.root
            if known is None or known not in {*self.mailbox.folders, self.mailbox.root}:
                yield _failed("GetFolder", "ErrorFolderNotFound")
            else:
                extended = any(True for _ in request.iter(f"{{{TYPES}}}ExtendedFieldURI"))
                told = (
                    ews_listing.folder(self.mailbox, known, request)
                    if extended
                    else say.folder(self.mailbox, known, wanted)
                )
                yield _message("GetFolder", element("m:Folders", told))

    def _sync_folder_hierarchy(self, request: Element) -> Iterator[Element]:
        try:
            state = self._state(request, "folders")
        except RefusedError as refused:
            yield _failed("SyncFolderHierarchy", str(refused), *_no_place("Folder"))
            return
        log = self.mailbox.folder_log
        wanted = _wanted(request)
        changes = [
            self._folder_change(name, wanted, new="at" not in state)
            for name in dict.fromkeys(log[state.get("at", 0) :])
        ]
        yield _message(
            "SyncFolderHierarchy",
            element("m:SyncState", text=self._place({"of": "folders", "at": len(log)})),
            element("m:IncludesLastFolderInRange", text="true"),
            element("m:Changes", *(one for one in changes if one is not None)),
        )

    def _folder_change(self, name: str, wanted: list[str], *, new: bool) -> Element | None:
        if name in self.mailbox.folders:
            told = say.folder(self.mailbox, name, wanted)
            return element("t:Create" if new else "t:Update", told)
        return None if new else element("t:Delete", element("t:FolderId", Id=name))

    def _sync_folder_items(self, request: Element) -> Iterator[Element]:
        wanted = _wanted(request)
        if not _NOT_LISTED.isdisjoint(wanted):
            yield _failed("SyncFolderItems", "ErrorInvalidPropertyRequest", *_no_place("Item"))
            return
        (target,) = _found(request, MESSAGES, "SyncFolderId")
        folder = target.get("Id")
        if folder not in self.mailbox.folders:
            yield _failed("SyncFolderItems", "ErrorSyncFolderNotFound")
            return
        try:
            state = self._state(request, folder)
        except RefusedError as refused:
            yield _failed("SyncFolderItems", str(refused), *_no_place("Item"))
            return
        most = int(request.findtext(f"{{{MESSAGES}}}MaxChangesReturned"))
        changes, place, last = self._changes(folder, state, most)
        self.given += [name for kind, name in changes if kind == "Create"]
        yield _message(
            "SyncFolderItems",
            element("m:SyncState", text=self._place(place)),
            element("m:IncludesLastItemInRange", text=str(last).lower()),
            element("m:Changes", *(self._change(kind, name, wanted) for kind, name in changes)),
        )

    def _changes(
        self, folder: str, state: _State, most: int
    ) -> tuple[list[tuple[str, str]], _State, bool]:
        """First what lies there, the oldest arrival first, then what has changed meanwhile."""
        log = self.mailbox.log
        at = state.get("at", len(log))
        if "after" in state or "at" not in state:
            left = [
                (name, number)
                for name, number in self.mailbox.lying_in(folder)
                if number > state.get("after", 0)
            ]
            page = left[:most]
            place = {"of": folder, "at": at}
            if len(left) > most:
                place["after"] = page[-1][1]
            return [("Create", name) for name, _ in page], place, len(left) <= most
        lines = [line for line in range(at, len(log)) if log[line][0] == folder]
        newest = {log[line][2]: line for line in lines}
        there = {name for name, _ in self.mailbox.lying_in(folder)}
        page_lines = sorted(newest.values())[:most]
        changes = []
        for line in page_lines:
            name = log[line][2]
            kinds = {kind for _, kind, one in log[at:] if one == name}
            if name not in there:
                changes.append(("Delete", name))
            elif kinds == {"read"}:
                changes.append(("ReadFlagChange", name))
            else:
                changes.append(("Create" if "create" in kinds else "Update", name))
        last = len(page_lines) == len(newest)
        return changes, {"of": folder, "at": len(log) if last else page_lines[-1] + 1}, last

    def _change(self, kind: str, name: str, wanted: list[str]) -> Element:
        if kind == "Delete":
            return element("t:Delete", element("t:ItemId", Id=name))
        if kind == "ReadFlagChange":
            told = element("t:ItemId", Id=name), element("t:IsRead", text="true")
            return element("t:ReadFlagChange", *told)
        if name in self.mailbox.entries:
            return element(f"t:{kind}", say.entry(name, self.mailbox.entries[name], wanted))
        return element(f"t:{kind}", say.message(name, self.mailbox.messages[name], wanted))

    def _get_item(self, request: Element) -> Iterator[Element]:
        wanted = _wanted(request)
        for one in _found(request, MESSAGES, "ItemIds"):
            try:
                yield _message("GetItem", element("m:Items", self._item(one.get("Id"), wanted)))
            except RefusedError as refused:
                yield _failed("GetItem", str(refused), element("m:Items"))

    def _item(self, name: str, wanted: list[str]) -> Element:
        message = self.mailbox.messages.get(name)
        if message is not None:
            _unless(message.error)
            return say.message(name, message, wanted)
        entry = self.mailbox.entries.get(name)
        if entry is not None:
            _unless(entry.error)
            return say.entry(name, entry, wanted)
        for series in self.mailbox.entries.values():
            for original, date in series.moved.items():
                if date.id == name:
                    _unless(series.date_errors.get(name, ""))
                    return say.date(series, original, date, wanted)
        raise RefusedError("ErrorItemNotFound")

    def _resolve_names(self, request: Element) -> Iterator[Element]:
        if self.aliases:
            told = ews_directory.person(request, self.aliases)
            yield _message("ResolveNames", told)
        else:
            yield _failed("ResolveNames", "ErrorNameResolutionNoResults")

    def _get_user_configuration(self, _request: Element) -> Iterator[Element]:
        if self.zone:
            yield _message("GetUserConfiguration", ews_directory.settings(self.zone))
        else:
            yield _failed("GetUserConfiguration", "ErrorItemNotFound")

    def _create_item(self, request: Element) -> Iterator[Element]:
        name = ews_sent.take(self.mailbox, request, rename=self.rename_sent)
        sent = request.get("MessageDisposition") != "SaveOnly"
        told = [] if sent else [element("t:Message", element("t:ItemId", Id=name))]
        yield _message("CreateItem", element("m:Items", *told))

    def _find_item(self, request: Element) -> Iterator[Element]:
        searched = request.find(f"{{{MESSAGES}}}Restriction") is not None
        find = ews_sent.found if searched else ews_listing.items
        yield _message("FindItem", find(self.mailbox, request))

    def _find_folder(self, request: Element) -> Iterator[Element]:
        yield _message("FindFolder", ews_listing.folders(self.mailbox, request))

    def _convert_id(self, request: Element) -> Iterator[Element]:
        yield from (_message("ConvertId", one) for one in ews_listing.converted(request))

    def _place(self, state: _State) -> str:
        return b64encode(json.dumps({"age": self.age, **state}).encode()).decode()

    def _state(self, request: Element, of: str) -> _State:
        told = request.findtext(f"{{{MESSAGES}}}SyncState")
        if not told:
            return {}
        try:
            state: _State = json.loads(b64decode(told))
        except ValueError as error:
            raise RefusedError("ErrorInvalidSyncStateData") from error
        if state["age"] != self.age or state["of"] != of:
            raise RefusedError("ErrorInvalidSyncStateData")
        return state


_OPERATIONS: Final[dict[str, Any]] = {
    "ConvertId": Answers._convert_id,
    "CreateItem": Answers._create_item,
    "FindFolder": Answers._find_folder,
    "FindItem": Answers._find_item,
    "GetFolder": Answers._get_folder,
    "GetItem": Answers._get_item,
    "GetUserConfiguration": Answers._get_user_configuration,
    "ResolveNames": Answers._resolve_names,
    "SyncFolderHierarchy": Answers._sync_folder_hierarchy,
    "SyncFolderItems": Answers._sync_folder_items,
}


def _local(one: Element) -> str:
    return str(one.tag).rpartition("}")[2]


def _found(request: Element, namespace: str, name: str) -> list[Element]:
    return list(request.find(f"{{{namespace}}}{name}"))


def _wanted(request: Element) -> list[str]:
    """The properties asked for, by the names of their elements, or numbers or tags of others."""
    found = [one.get("FieldURI").partition(":")[2] for one in request.iter(f"{{{TYPES}}}FieldURI")]
    others = request.iter(f"{{{TYPES}}}ExtendedFieldURI")
    found += [one.get("PropertyId") or one.get("PropertyTag").lower() for one in others]
    if any(one.text == "true" for one in request.iter(f"{{{TYPES}}}IncludeMimeContent")):
        found.append("MimeContent")
    return found


def _unless(code: str) -> None:
    if code:
        raise RefusedError(code)


def _message(name: str, *children: Element) -> Element:
    code = element("m:ResponseCode", text="NoError")
    return element(f"m:{name}ResponseMessage", code, *children, ResponseClass="Success")


def _failed(name: str, code: str, *children: Element) -> Element:
    return element(
        f"m:{name}ResponseMessage",
        element("m:MessageText", text="It could not be done."),
        element("m:ResponseCode", text=code),
        element("m:DescriptiveLinkKey", text="0"),
        *children,
        ResponseClass="Error",
    )


def _no_place(what: str) -> tuple[Element, Element]:
    last = element(f"m:IncludesLast{what}InRange", text="true")
    return element("m:SyncState"), last
