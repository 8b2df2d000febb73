"""One message as Gmail's interface gives it → records. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ingest import folders
from ingest.mime import NotAMessageError, ParsedMessage, parse
from ingest.retry import QuarantineError
from store.model import Message

#: Labels of what is no evidence -> what the user is told; see ``ingest.folders.WHY``.
LEFT_OUT: Final[Mapping[str, str]] = {
    "SPAM": folders.WHY["spam"],
    "TRASH": folders.WHY["trash"],
    "DRAFT": folders.WHY["drafts"],
    "CHAT": folders.WHY["chats"],
}
#: Says nothing about a message that lasts.
_PASSING: Final = frozenset({"UNREAD"})


def why_left_out(label_ids: Iterable[str]) -> str:
    """Why a message with these labels is no evidence, ``""`` where it is."""
    return next((LEFT_OUT[label] for label in label_ids if label in LEFT_OUT), "")


def read(told: Mapping[str, Any], zone: str) -> ParsedMessage:
    """The message and the events in it, from ``messages.get`` in format raw or metadata.

    Its labels are their ids; ``named`` puts names in their place. ``zone``: the owner's, for
    events without one. Raises ``QuarantineError`` where it is no message.
    """
    try:
        parsed = parse(_raw(told), zone=zone)
    except (NotAMessageError, ValueError, TypeError, KeyError) as error:
        raise QuarantineError(f"the message cannot be read: {error}") from error
    if "raw" not in told:
        parsed = _renamed(parsed, f"gmail-{told['id']}")
    message = parsed.message._replace(
        source_key=str(told["id"]),
        thread_hint=_thread(str(told.get("threadId", ""))),
        received_at=parsed.message.received_at or _internal_date(told),
        labels=tuple(sorted(set(told.get("labelIds", ())) - _PASSING)),
    )
    return parsed._replace(message=message)


def named(message: Message, names: Mapping[str, str]) -> Message:
    """``message`` with the names of the user's own labels, given by id."""
    return message._replace(labels=tuple(sorted({names.get(one, one) for one in message.labels})))


def _renamed(parsed: ParsedMessage, name: str) -> ParsedMessage:
    """Another provider id: that of a file is made of its body, and headers alone have none."""
    message = parsed.message._replace(provider_id=name)
    revisions = tuple(r._replace(message_provider_id=name) for r in parsed.revisions)
    return parsed._replace(message=message, revisions=revisions)


def _raw(told: Mapping[str, Any]) -> bytes:
    """The mail itself, or as much of it as its headers tell."""
    if "raw" in told:
        encoded = str(told["raw"])
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    headers = told.get("payload", {}).get("headers", ())
    lines = [f"{one['name']}: {_folded(str(one['value']))}\r\n" for one in headers]
    return "".join([*lines, "\r\n"]).encode("utf-8", "replace")


def _folded(value: str) -> str:
    """A header's value on lines that no other header can be made of."""
    return "\r\n ".join(line.strip() for line in value.splitlines())


def _thread(number: str) -> str:
    """The thread as a Takeout names it (X-GM-THRID): the same number, in decimal."""
    try:
        return str(int(number, 16))
    except ValueError:
        return number


def _internal_date(told: Mapping[str, Any]) -> datetime | None:
    """When Gmail got it (milliseconds), ``None`` where it does not tell."""
    try:
        return datetime.fromtimestamp(int(told["internalDate"]) / 1000, UTC)
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return None
