"""When two event revisions are the same: the one place that decides it. Pure, no SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b

from store.model import EventRevision


def identified(revision: EventRevision, *, modified_at: datetime | None = None) -> EventRevision:
    """``revision`` with its identity as ``provider_id``."""
    return revision._replace(provider_id=identity(revision, modified_at=modified_at))


def identity(revision: EventRevision, *, modified_at: datetime | None = None) -> str:
    """Digest of what a revision says, 32 hex digits; equal where nothing was said anew.

    Left aside: ``provider_id``, the carrying message, the key of the source, and the order of
    attendees. Of a calendar's own entry also ``dtstamp`` and ``occurred_at``: DTSTAMP is the time
    of the export or of the request, and the last change may have been one of reminder or colour.
    The time of an answer that a calendar shows is that of an act, and counts.

    ``modified_at``: LAST-MODIFIED of an entry in a file, all that tells a meeting that moved there
    and back from one that never moved. Connected calendars give none: of their entries the store
    compares each state with the one before.
    """
    told = revision._replace(
        provider_id="",
        message_provider_id="",
        source_key="",
        attendances=tuple(sorted(revision.attendances)),
    )
    if revision.learned_from == "calendar" and not revision.method:
        told = told._replace(dtstamp=None, occurred_at=modified_at)
    values = [_plain(value) for value in told]
    return blake2b(repr(values).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _plain(value: object) -> object:
    """An instant reads the same whichever library made it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, tuple):
        return tuple(tuple(item) for item in value)
    return value
