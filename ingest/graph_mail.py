"""The messages of one folder of an Exchange mailbox, by Graph's delta."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from ingest import graph_links, graph_meeting, graph_message
from ingest.graph_client import Answer, GraphClient, Post, path_of
from ingest.graph_event import Owner
from ingest.graph_faults import SERVICE, failure_of
from ingest.graph_folders import Folder
from ingest.graph_json import Json, parts, text
from ingest.graph_strand import Found, Strand
from ingest.mime import NotAMessageError, ParsedMessage
from ingest.source import Known
from store.model import EventRevision, Failure

DRAFTS: Final = "drafts"
_ATTACHMENTS: Final = "attachments?$select=" + ",".join(graph_message.ATTACHMENT_FIELDS)
#: With what the calendar knows of the meeting: the message itself does not tell its UID.
_WITH_EVENT: Final = "?$expand=microsoft.graph.eventMessage/event"
#: Whatever Graph puts into its JSON, one item never stops the others.
_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, OverflowError)


def nothing_known(_stream: str, _keys: Iterable[str]) -> set[str]:
    """Where nothing is stored yet."""
    return set()


@dataclass(slots=True)
class MailStrand(Strand):
    """The messages of a folder. ``folder``: its id. ``label``: its name, kept with each message."""

    folder: str = ""
    label: str = ""


def strand(stream: str, folder: Folder, label: str, *, headers_only: bool) -> MailStrand:
    """The listing of a folder from its beginning."""
    first = first_link(folder.id, headers_only=headers_only)
    return MailStrand(stream, first, size=folder.items, folder=folder.id, label=label)


def first_link(folder: str, *, headers_only: bool) -> str:
    """Where the listing of a folder begins: the newest messages first.

    Graph keeps to that order as long as the first listing lasts. There is no limit by date: with
    one, Graph would give no more than 5,000 messages. No ``$expand``: for attachments it sends
    their whole content with them, and for extended properties it fails.
    """
    select = ",".join(_fields(headers_only=headers_only))
    return (
        f"/me/mailFolders/{quote(folder, safe='')}/messages/delta"
        f"?$select={select}&$orderby=receivedDateTime%20desc"
    )


def _fields(*, headers_only: bool) -> Sequence[str]:
    return graph_message.FIELDS if headers_only else (*graph_message.FIELDS, graph_message.BODY)


class MailReader:
    """Makes records of what a listing shows, and asks for what it leaves out.

    ``headers_only``: no text, no attachment and no raw mail may be asked for. ``known``: what is
    stored, so that it is not asked for again.
    """

    def __init__(self, client: GraphClient, owner: Owner, *, headers_only: bool) -> None:
        self.known: Known = nothing_known
        self._client = client
        self._owner = owner
        self._headers_only = headers_only
        self._prepared: dict[str | Post, Answer] = {}

    def prepare(
        self, pages: Iterable[tuple[MailStrand, Iterable[Json]]], besides: Sequence[str] = ()
    ) -> dict[str, Answer]:
        """Ask for what all these pages leave out, in as few batches as that takes.

        It is used when they are read. Returns the answers to what is asked ``besides``.
        """
        asked: list[str | Post] = []
        for strand, items in pages:
            whole = _whole(items, Found())
            known = self.known(strand.stream, whole)
            new = [one for name, one in whole.items() if name not in known]
            asked += [path for one in new for path in self._wanted(one)]
            asked += graph_links.translation(new)
        self._prepared |= self._ask([*asked, *besides])
        return {path: self._prepared.pop(path) for path in besides}

    def read(self, strand: MailStrand, items: Iterable[Json]) -> Found:
        """What ``items`` of a page say."""
        found = Found()
        whole = _whole(items, found)
        known = self.known(strand.stream, whole)
        if strand.mode == "full":
            found.named += known
        self._read(found, [one for name, one in whole.items() if name not in known], strand.label)
        return found

    def reread(self, names: Sequence[str]) -> Found:
        """The messages of these names, asked for one by one."""
        found = Found()
        select = ",".join(("parentFolderId", *_fields(headers_only=self._headers_only)))
        paths = [path_of("messages", name) + f"?$select={select}" for name in names]
        for name, answer in zip(names, self._client.batch(paths), strict=True):
            if answer.status == 404:
                found.tombstones.append(name)
            elif _given(found, name, answer):
                self._read(found, [answer.body], self._folder_name(answer.body))
        return found

    def _folder_name(self, item: Json) -> str:
        parent = path_of("mailFolders", text(item, "parentFolderId"))
        return text(self._client.get(f"{parent}?$select=displayName"), "displayName")

    def _read(self, found: Found, items: Sequence[Json], label: str) -> None:
        wanted = {text(item, "id"): self._wanted(item) for item in items}
        links = graph_links.translation(items)
        answers = self._ask([*(path for paths in wanted.values() for path in paths), *links])
        names = graph_links.translated(answers[one] for one in links)
        completed = [_completed(item, answers, wanted[text(item, "id")]) for item in items]
        completed = [{**one, graph_links.FIELD: graph_links.link(one, names)} for one in completed]
        for item in completed:
            if self._attached_more(item):
                wanted[text(item, "id")].append(_raw_path(item))
        answers |= self._ask(
            path for paths in wanted.values() for path in paths if path not in answers
        )
        for item in completed:
            name = text(item, "id")
            if all(_given(found, name, answers[path]) for path in wanted[name]):
                raw = answers.get(_raw_path(item))
                self._add(found, item, raw.body if raw else None, label)

    def _wanted(self, item: Json) -> list[str]:
        """What a listing leaves out of an item: meetings, raw mail, names of attachments."""
        name = text(item, "id")
        if graph_message.is_event_message(item):
            if self._headers_only:
                return [path_of("messages", name) + _WITH_EVENT]
            told = [path_of("messages", name)] if graph_message.is_request(item) else []
            return [*told, _raw_path(item)]
        if item.get("hasAttachments") is True and not self._headers_only:
            return [path_of("messages", name) + "/" + _ATTACHMENTS]
        return []

    def _attached_more(self, item: Json) -> bool:
        """Whether its attachments say that raw mail is needed too."""
        if self._headers_only or graph_message.is_event_message(item):
            return False
        return graph_message.needs_mime(item)

    def _ask(self, asked: Iterable[str | Post]) -> dict[str | Post, Answer]:
        listed = dict.fromkeys(asked)
        ready = {one: self._prepared.pop(one) for one in listed if one in self._prepared}
        missing = [one for one in listed if one not in ready]
        return ready | dict(zip(missing, self._client.batch(missing), strict=True))

    def _add(self, found: Found, item: Json, raw: object, label: str) -> None:
        try:
            parsed = self._parsed(item, raw, label)
            carried = [*parsed.revisions, *self._meeting(item, parsed)]
        except NotAMessageError as error:
            found.failures.append(Failure(text(item, "id"), str(error)))
        except _UNREADABLE as error:
            why = f"{SERVICE} tells it in a way that cannot be read ({type(error).__name__})."
            found.failures.append(Failure(text(item, "id"), why))
        else:
            found.records += [parsed.message, *carried]

    def _parsed(self, item: Json, raw: object, label: str) -> ParsedMessage:
        if isinstance(raw, bytes):
            return graph_message.read_mime(item, raw, labels=(label,), zone=self._owner.zone)
        return graph_message.read(item, labels=(label,), zone=self._owner.zone)

    def _meeting(self, item: Json, parsed: ParsedMessage) -> list[EventRevision]:
        """What Graph's own fields add to what the mail says of its meeting."""
        if not graph_message.is_event_message(item):
            return []
        told: list[EventRevision] = []
        if not parsed.revisions:
            told = graph_meeting.revisions(item, parsed.message, self._owner)
        return [*told, *graph_meeting.previous(item, (*parsed.revisions, *told))]


def _whole(items: Iterable[Json], found: Found) -> dict[str, Json]:
    """The messages that ``items`` tell whole, by id; what else they say goes into ``found``."""
    whole: dict[str, Json] = {}
    for item in items:
        name = text(item, "id")
        if "@removed" in item:
            whole.pop(name, None)
            found.tombstones.append(name)
        elif item.get("isDraft") is True:
            found.left_out[DRAFTS] += 1
        elif graph_message.is_whole(item):
            whole[name] = item
    return whole


def _raw_path(item: Json) -> str:
    return path_of("messages", text(item, "id"), "$value")


def _completed(item: Json, answers: Mapping[str | Post, Answer], paths: Sequence[str]) -> Json:
    """``item`` with the fields that were asked for besides; a list is one of attachments."""
    fields = dict(item)
    for body in (answers[path].body for path in paths if answers[path].error is None):
        if isinstance(body, dict):
            fields |= {"attachments": parts(body, "value")} if "value" in body else body
    return fields


def _given(found: Found, name: str, answer: Answer) -> bool:
    """Whether there is an answer; else the item is put aside, or forgotten where it is gone.

    Raises what concerns more than this item: no sign-in, no permission.
    """
    if answer.error is None:
        return True
    if answer.status in (401, 403):
        raise failure_of(answer.error)
    if answer.status != 404:
        why = f"{SERVICE} cannot give it (HTTP {answer.status} {answer.error.code})."
        found.failures.append(Failure(name, why))
    return False
