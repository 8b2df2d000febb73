"""What a piece of Gmail's history means for what is stored. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from ingest.gmail_messages import LEFT_OUT, why_left_out

#: The parts of a history record that are looked at (``fields``).
FIELDS: Final = (
    "historyId,nextPageToken,history(id,messagesAdded/message(id,labelIds),"
    "messagesDeleted/message/id,labelsAdded(labelIds,message/id),labelsRemoved(labelIds,message/id))"
)

_FETCH: Final = "fetch"
_GONE: Final = "gone"


class Changes(NamedTuple):
    """What is to be done, each message once: by the last thing that happened to it.

    ``fetch``: new messages, and those that came back from spam or trash. ``gone``: deleted, or
    moved to where they are no evidence. ``left_out``: why -> how many are new but no evidence.
    """

    fetch: tuple[str, ...]
    gone: tuple[str, ...]
    left_out: dict[str, int]


def changes(history: Iterable[Mapping[str, Any]]) -> Changes:
    """What these history records come to. Read, starred, archived: nothing to do."""
    last = {number: what for record in history for number, what in _told(record)}
    why = Counter(what for what in last.values() if what not in (_FETCH, _GONE))
    return Changes(
        fetch=tuple(number for number, what in last.items() if what == _FETCH),
        gone=tuple(number for number, what in last.items() if what == _GONE),
        left_out=dict(why),
    )


def _told(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(message, what happened to it) in the order in which it can have happened."""
    for added in record.get("messagesAdded", ()):
        message = added["message"]
        yield message["id"], why_left_out(message.get("labelIds", ())) or _FETCH
    for removed in record.get("labelsRemoved", ()):
        if not LEFT_OUT.keys().isdisjoint(removed.get("labelIds", ())):
            yield removed["message"]["id"], _FETCH
    for added in record.get("labelsAdded", ()):
        if why_left_out(added.get("labelIds", ())):
            yield added["message"]["id"], _GONE
    for deleted in record.get("messagesDeleted", ()):
        yield deleted["message"]["id"], _GONE
