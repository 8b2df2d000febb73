"""The records that sources yield and the store keeps.

Plain named tuples: immutable, comparable, cheap to make and to send to another process.
All times are timezone-aware instants in UTC. All addresses are lower case without a name.
Absent text is ``""``; an absent time is ``None``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["person", "auto_reply", "bounce", "bulk", "calendar"]
Role: TypeAlias = Literal["from", "sender", "reply_to", "to", "cc"]
LearnedFrom: TypeAlias = Literal["calendar", "itip", "hint", "booking"]
Service: TypeAlias = Literal["meet", "teams"]

KINDS: tuple[Kind, ...] = ("person", "auto_reply", "bounce", "bulk", "calendar")
ROLES: tuple[Role, ...] = ("from", "sender", "reply_to", "to", "cc")
#: In place of a rule: what is told of one date of a series (``recurrence_at``) holds for all after
#: it too (RFC 5545 section 3.2.13).
FOLLOWING = "RANGE=THISANDFUTURE"


class Participant(NamedTuple):
    """One address in one header of a message. ``domain``: registrable domain, else host part."""

    role: Role
    address: str
    name: str
    domain: str


class Attachment(NamedTuple):
    """Name (may be ``""``) and media type of an attached part; never its content."""

    name: str
    media_type: str


class Message(NamedTuple):
    """One message of one account.

    ``provider_id``: the provider's id; for files a digest of normalised headers and body.
    ``sent_at``: the Date header; ``received_at``: the topmost Received (or the provider's time).
    ``offset_minutes``: the sender's offset from UTC, ``None`` when unknown.
    ``subject_key``: the subject without reply prefixes, list tags and case, for threading.
    ``text``: the author's new text, at most 4 KiB; ``words``: number of words in all new text.
    ``text_digest``: signed 64 bit digest of the new text without white space (finds copies).
    ``labels``: folders or labels, sorted. ``sequence_tool``: sent by a sequence tool, not by hand.
    ``language``: two-letter code where a header tells it, else ``""``.
    ``source_key``: what a connected account calls it now (Gmail id, Graph id, EWS id, folder and
    UID of IMAP), ``""`` for files. One message may lie in several places, each with its key.
    ``web_link``: where the provider says that it is shown on the web, ``""`` where it does not.
    """

    provider_id: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    thread_hint: str
    sent_at: datetime | None
    received_at: datetime | None
    offset_minutes: int | None
    kind: Kind
    subject: str
    subject_key: str
    text: str
    words: int
    text_digest: int
    attachments: tuple[Attachment, ...]
    labels: tuple[str, ...]
    participants: tuple[Participant, ...]
    sequence_tool: bool
    language: str
    source_key: str = ""
    web_link: str = ""


class Attendance(NamedTuple):
    """One attendee in one event revision. ``partstat``: RFC 5545 value in upper case."""

    address: str
    name: str
    role: str
    partstat: str
    comment: str


class EventRevision(NamedTuple):
    """One state of one event, as it was told at one time. Append-only history.

    ``provider_id``: its identity, see ``store.revision.identity``.
    ``uid``: normalised series UID; ``recurrence_at``: original start of the occurrence (UTC) or
    ``None`` for the series or a single event. ``method``: iTIP METHOD in upper case; ``""`` for a
    calendar's own entry. ``occurred_at``: when the change was made (DTSTAMP, LAST-MODIFIED, or the
    time of the mail that told it). ``message_provider_id``: the message that carried it, or ``""``.
    ``floating``: start/end were given without zone and were read in ``zone``, the owner's.
    ``rrule``/``rdate``/``exdate``: as in RFC 5545, lines joined by newline; ``rrule`` may be
    ``FOLLOWING``.
    ``comment``: COMMENT of the sender of a REPLY or COUNTER.
    ``actor``: address of who made the change where a booking tool says so, else ``""``.
    ``source_key``: what a connected calendar calls the entry (Google event id, Graph id, EWS id,
    CalDAV href), ``""`` for files and mail. Several occurrences may have one key; then they come
    together, and one that no longer does is cancelled.
    """

    provider_id: str
    message_provider_id: str
    uid: str
    recurrence_at: datetime | None
    sequence: int
    dtstamp: datetime | None
    learned_from: LearnedFrom
    method: str
    organizer: str
    organizer_name: str
    sent_by: str
    actor: str
    start: datetime | None
    end: datetime | None
    zone: str
    all_day: bool
    floating: bool
    status: str
    rrule: str
    rdate: str
    exdate: str
    summary: str
    comment: str
    attendances: tuple[Attendance, ...]
    occurred_at: datetime | None
    source_key: str = ""


class Joining(NamedTuple):
    """One stay of somebody in a conference, as the provider reports it.

    ``address``: ``""`` where the provider tells none (Meet never does, Teams not of guests).
    ``signed_in``: the name is that of an account; else whoever came typed it, or it is a number.
    ``left_at``: ``None`` where it is not told.
    """

    name: str
    address: str
    signed_in: bool
    joined_at: datetime
    left_at: datetime | None


class Conference(NamedTuple):
    """The provider's report of one call: that it was held, when, and who was in it.

    A meeting may have several, where all left and came again. ``provider_id``: Meet's conference
    record, Teams' attendance report. ``uid``, ``recurrence_at``, ``start``, ``end``: the meeting,
    as in ``EventRevision``, and when it was to be. ``began_at``/``ended_at``: when there was
    somebody in it. ``invited``: addresses of the meeting's people; by them it is decided whether
    the record is kept, and then they are left away. ``in_person``: the meeting has a place as well
    (a room, an address), so that people may have met there without being in the call.
    """

    provider_id: str
    service: Service
    uid: str
    recurrence_at: datetime | None
    start: datetime
    end: datetime
    began_at: datetime
    ended_at: datetime
    joinings: tuple[Joining, ...]
    invited: tuple[str, ...] = ()
    in_person: bool = False


class Intent(NamedTuple):
    """What one message says: probability of a label and the few words that show it."""

    message_provider_id: str
    intent: str
    probability: float
    words: str
    version: str


class Deal(NamedTuple):
    """One line of ``deals.csv``. ``outcome``: won | lost | ``""``; ``value`` in ``currency``."""

    provider_id: str
    contact: str
    topic: str
    stage: str
    value: float | None
    currency: str
    owner: str
    close_at: datetime | None
    outcome: str


class Mark(NamedTuple):
    """What the rep told us. ``kind``: see ``brickwall mark --help``; ``target``: address or UID."""

    kind: str
    target: str
    value: str
    occurred_at: datetime


class Delivery(NamedTuple):
    """One mail to the rep. With ``recipient``, ``kind`` and ``key`` it is told from all others.

    ``kind``: digest | brief. ``key``: the ISO week ("2026-W47") or the day ("2026-11-16") that it
    is about. ``via``: who sends it. ``state``: sending | sent | failed (it certainly did not go) |
    unknown (nobody can tell) | skipped. ``why``: what is behind the last three. ``content``: the
    mail as it was sent.
    """

    kind: str
    key: str
    recipient: str
    message_id: str
    via: str
    state: str
    why: str
    began_at: datetime
    changed_at: datetime
    content: bytes


class Told(NamedTuple):
    """A stored mark: its number (as in ``mark:7``), what it says, and when it was told."""

    number: int
    mark: Mark
    observed_at: datetime


class Failure(NamedTuple):
    """One bad item: what it is called or where it lies, and why it was put in quarantine.

    ``item``: of connected accounts its source key, so that it leaves the quarantine once read.
    """

    item: str
    why: str
