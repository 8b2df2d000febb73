"""What is dropped before it is stored: mail among colleagues, and what the user excluded."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files

from brickwall.actions import ACTION, Answers
from brickwall.forgetting import NOBODY, Unwelcome
from brickwall.ledger import is_own
from ingest.addresses import host_of, registrable_domain
from ingest.source import Batch, Known, Remembering, Rereading, Source
from store.model import Conference, Deal, EventRevision, Message

INTERNAL = "mail among colleagues"
OURS = "what brickwall sent you"
FORGOTTEN = "with a person whom you had forgotten"
EXCLUDED_ADDRESS = "with an address that you excluded"
EXCLUDED_LABEL = "with a label that you excluded"


@cache
def free_mail() -> frozenset[str]:
    """Domains at which anybody can have an address, so that they are nobody's own."""
    lists = tomllib.loads((files("analyzer") / "data" / "people.toml").read_text("utf-8"))
    return frozenset(lists["free_mail"])


@dataclass(frozen=True)
class Keep:
    """Decides on one message with the events it carries, or on one event of a calendar.

    ``own``: the owner's addresses. ``internal``: ``drop`` or ``keep``.
    ``excluded_addresses``: addresses, or domains written ``@example.com``. ``forgotten``: tells of
    an address whether its person is forgotten.
    """

    own: frozenset[str]
    internal: str = "drop"
    excluded_addresses: frozenset[str] = frozenset()
    excluded_labels: frozenset[str] = frozenset()
    forgotten: Unwelcome = NOBODY

    @cached_property
    def own_domains(self) -> frozenset[str]:
        """Registrable domains of colleagues."""
        return frozenset(_domain(address) for address in self.own) - free_mail() - {""}

    def why_not(self, labels: Iterable[str], addresses: Iterable[str]) -> str:
        """``""``, or why a record with these labels and participants is dropped."""
        people = frozenset(addresses)
        if self.forgotten.hashes and any(address in self.forgotten for address in people):
            return FORGOTTEN
        if not self.excluded_labels.isdisjoint(labels):
            return EXCLUDED_LABEL
        if self.excluded_addresses and any(self._is_excluded(address) for address in people):
            return EXCLUDED_ADDRESS
        if self.internal == "drop" and people and all(map(self._is_own, people)):
            return INTERNAL
        return ""

    def message(self, message: Message, carried: Iterable[EventRevision] = ()) -> str:
        """Why a message is dropped, ``""`` if it is kept.

        An invitation counts with its attendees: an assistant who sends the boss a meeting with a
        customer does not write of internal things.
        """
        people = {person.address for person in message.participants}
        if is_own(f"<{message.message_id}>") and self._is_written_by_me(message):
            return OURS
        for revision in carried:
            people |= event_people(revision)
        return self.why_not(message.labels, people)

    def _is_written_by_me(self, message: Message) -> bool:
        senders = {one.address for one in message.participants if one.role == "from"}
        return bool(senders) and senders <= self.own

    def _is_own(self, address: str) -> bool:
        return address in self.own or _domain(address) in self.own_domains

    def _is_excluded(self, address: str) -> bool:
        excluded = self.excluded_addresses
        return address in excluded or f"@{host_of(address)}" in excluded


class KeptSource:
    """A source without what is dropped; counts the records ``read`` and those ``passed`` on.

    ``answers`` hears the messages first: what the rep tells brickwall by mail is internal, too.
    """

    def __init__(self, source: Source, keep: Keep, answers: Answers | None = None) -> None:
        self.name = source.name
        self.read = 0
        self.passed = 0
        self._source = source
        self._keep = keep
        self._answers = answers

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """The batches of the source, lighter."""
        return self._kept(self._source.batches(cursor))

    def remember(self, known: Known) -> None:
        """Tell a source that wants to know it what is stored."""
        if isinstance(self._source, Remembering):
            self._source.remember(known)

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """Items in quarantine once more, where the source can do that."""
        if isinstance(self._source, Rereading):
            yield from self._kept(self._source.reread(items))

    def _kept(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            passed = kept(batch, self._keep, self._heard(batch))
            self.read += len(batch.records) + sum(batch.left_out.values())
            self.passed += len(passed.records)
            yield passed

    def _heard(self, batch: Batch) -> set[str]:
        if self._answers is None:
            return set()
        return self._answers.hear(one for one in batch.records if isinstance(one, Message))


def kept(batch: Batch, keep: Keep, heard: Collection[str] = frozenset()) -> Batch:
    """``batch`` without what is dropped, which is counted instead.

    ``heard``: provider ids of messages to brickwall itself, which are dropped as well.
    What a connected account shows and is dropped counts as removed: a meeting that the customer
    was taken off is no meeting with them any more.
    """
    carried: dict[str, list[EventRevision]] = {}
    for record in batch.records:
        if isinstance(record, EventRevision) and record.message_provider_id:
            carried.setdefault(record.message_provider_id, []).append(record)
    why = [_why_not(record, carried, keep, heard) for record in batch.records]
    dropped = {
        record.provider_id: reason
        for record, reason in zip(batch.records, why, strict=True)
        if reason and isinstance(record, Message)
    }
    if not any(why):
        return batch
    left_out = dict(batch.left_out)
    for reason in filter(None, why):
        left_out[reason] = left_out.get(reason, 0) + 1
    records = tuple(
        record
        for record, reason in zip(batch.records, why, strict=True)
        if not reason and getattr(record, "message_provider_id", "") not in dropped
    )
    gone = _keys(batch.records) - _keys(records)
    tombstones = (*batch.tombstones, *sorted(gone.difference(batch.tombstones)))
    return replace(batch, records=records, left_out=left_out, tombstones=tombstones)


def _keys(records: Iterable[object]) -> set[str]:
    return {getattr(record, "source_key", "") for record in records} - {""}


def event_people(revision: EventRevision) -> set[str]:
    """Everybody that an event names."""
    people = {attendance.address for attendance in revision.attendances}
    people |= {revision.organizer, revision.sent_by, revision.actor}
    return people - {""}


def _why_not(
    record: object, carried: dict[str, list[EventRevision]], keep: Keep, heard: Collection[str]
) -> str:
    if isinstance(record, Message):
        if record.provider_id in heard:
            return ACTION
        return keep.message(record, carried.get(record.provider_id, ()))
    if isinstance(record, EventRevision) and not record.message_provider_id:
        return keep.why_not((), event_people(record))
    if isinstance(record, Conference):
        return _why_no_call(record, keep)
    if isinstance(record, Deal) and record.contact.lower() in keep.forgotten:
        return FORGOTTEN
    return ""


def _why_no_call(call: Conference, keep: Keep) -> str:
    """A call is kept with its meeting, unless somebody was in it who must not come back."""
    named = {one.name.lower() for one in call.joinings} | {one.address for one in call.joinings}
    if any(word in keep.forgotten for word in named):
        return FORGOTTEN
    return keep.why_not((), {*call.invited, *(one.address for one in call.joinings)} - {""})


@cache
def _domain(address: str) -> str:
    return registrable_domain(host_of(address))
