"""When two event revisions are the same: the one place that decides it. Pure, no SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b

from store.model import EventRevision


def identified(revision: EventRevision) -> EventRevision:
    """``revision`` with its identity as ``provider_id``."""
    return revision._replace(provider_id=identity(revision))


def identity(revision: EventRevision) -> str:
    """Digest of what a revision says, 32 hex digits; equal where nothing was said anew.

    Left aside: ``provider_id``, the carrying message, the key of the source, and the order of
    attendees. Of a calendar's own entry also the times at which it was looked at or touched:
    DTSTAMP is the time of the export or of the answer, and a connected calendar's
    ``occurred_at`` moves with reminders and colours. A file's LAST-MODIFIED counts, since it is
    all that tells a meeting moved there and back from one that never moved; a connected calendar
    need not tell that apart here, because the store compares with the newest state of the entry.
    """
    told = revision._replace(
        provider_id="",
        message_provider_id="",
        source_key="",
        attendances=tuple(sorted(revision.attendances)),
    )
    if revision.learned_from == "calendar":
        looked_at = revision.source_key or revision.occurred_at == revision.dtstamp
        told = told._replace(dtstamp=None, occurred_at=None if looked_at else revision.occurred_at)
    values = [_plain(value) for value in told]
    return blake2b(repr(values).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _plain(value: object) -> object:
    """An instant reads the same whichever library made it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, tuple):
        return tuple(tuple(item) for item in value)
    return value
