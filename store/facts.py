"""Raw frames of what is stored: the input of every analysis. No SQL in here.

Ids are int64. Times are ``datetime64[us, UTC]``; absent is ``NaT``. Text is ``str``, absent ``""``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

TIME: Final = "datetime64[us, UTC]"

#: Columns and dtypes of every facts frame. ``category`` columns hold the words of ``store.model``.
COLUMNS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        # one row per account; ``zone`` is an IANA name; ``read_share`` is 1 when all of its streams
        # have been read to their end at least once, else how much of them has been read
        "accounts": {
            "account": "int64",
            "name": "str",
            "kind": "str",
            "zone": "str",
            "checked_at": TIME,
            "read_share": "float64",
        },
        # the rep's own addresses
        "addresses": {"account": "int64", "address": "str"},
        # distinct (address, display name); ``domain`` is the registrable domain
        "mailboxes": {"mailbox": "int64", "address": "str", "name": "str", "domain": "str"},
        # one row per stored message; ``references`` oldest first, separated by blanks;
        # ``labels`` separated by newlines; ``attachments`` JSON list of [name, media type]
        "messages": {
            "message": "int64",
            "account": "int64",
            "message_id": "str",
            "in_reply_to": "str",
            "references": "str",
            "thread_hint": "str",
            "sent_at": TIME,
            "received_at": TIME,
            "observed_at": TIME,
            "removed_at": TIME,
            "offset_minutes": "Int32",
            "kind": "category",
            "subject": "str",
            "subject_key": "str",
            "words": "int64",
            "text_digest": "int64",
            "attachments": "str",
            "labels": "str",
            "sequence_tool": "bool",
            "language": "str",
        },
        "participants": {"message": "int64", "mailbox": "int64", "role": "category"},
        # ``message`` is -1 where no message carried the revision
        "events": {
            "event": "int64",
            "account": "int64",
            "message": "int64",
            "uid": "str",
            "recurrence_at": TIME,
            "sequence": "int64",
            "dtstamp": TIME,
            "learned_from": "category",
            "method": "str",
            "organizer": "str",
            "organizer_name": "str",
            "sent_by": "str",
            "actor": "str",
            "start": TIME,
            "end": TIME,
            "zone": "str",
            "all_day": "bool",
            "floating": "bool",
            "status": "str",
            "rrule": "str",
            "rdate": "str",
            "exdate": "str",
            "summary": "str",
            "comment": "str",
            "occurred_at": TIME,
            "observed_at": TIME,
        },
        "attendances": {
            "event": "int64",
            "address": "str",
            "name": "str",
            "role": "str",
            "partstat": "str",
            "comment": "str",
        },
        # calls that Meet or Teams reported, under the meeting they were held for (``uid``,
        # ``start``, ``end``); several where all left and came again; ``in_person``: people may have
        # met at a place as well, without being in the call
        "conferences": {
            "conference": "int64",
            "account": "int64",
            "service": "str",
            "uid": "str",
            "recurrence_at": TIME,
            "start": TIME,
            "end": TIME,
            "began_at": TIME,
            "ended_at": TIME,
            "observed_at": TIME,
            "in_person": "bool",
        },
        # who was in a call, one row per stay; ``address`` "" where the provider tells none;
        # ``signed_in``: ``name`` is that of an account, else typed by whoever came, or a number
        "joinings": {
            "conference": "int64",
            "name": "str",
            "address": "str",
            "signed_in": "bool",
            "joined_at": TIME,
            "left_at": TIME,
        },
        # only labels with probability >= 0.05, one row per (message, intent), newest version
        "intents": {
            "message": "int64",
            "intent": "category",
            "probability": "float64",
            "words": "str",
            "version": "str",
        },
        "marks": {
            "mark": "int64",
            "kind": "str",
            "target": "str",
            "value": "str",
            "occurred_at": TIME,
            "observed_at": TIME,
        },
        "deals": {
            "deal": "int64",
            "contact": "str",
            "topic": "str",
            "stage": "str",
            "value": "float64",
            "currency": "str",
            "owner": "str",
            "close_at": TIME,
            "outcome": "str",
            "observed_at": TIME,
        },
        # counts of quarantined and left-out items per account and reason
        "failures": {"account": "int64", "item": "str", "why": "str", "observed_at": TIME},
    }
)


def empty(name: str) -> pd.DataFrame:
    """An empty frame with the columns and dtypes of facts frame ``name``."""
    return _empty(name).copy()


@cache
def _empty(name: str) -> pd.DataFrame:
    return blank(COLUMNS[name])


def blank(columns: Mapping[str, str]) -> pd.DataFrame:
    """A frame without rows of these columns and dtypes."""
    import pandas as pd  # an import of mail needs the names above alone

    return pd.DataFrame({c: pd.Series(dtype=d) for c, d in columns.items()})


def shaped(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with exactly the columns and dtypes of facts frame ``name``, index reset.

    Raises ``KeyError`` for a missing column, so that a forgotten one cannot go unseen.
    """
    return typed(frame, COLUMNS[name])


def typed(frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """``frame`` with exactly these columns and dtypes, index reset; ``KeyError`` for a missing one.

    Only what has another dtype is converted: to ask every column costs more than most frames.
    """
    made = frame.loc[:, list(columns)]
    other = {c: d for (c, d), is_ in zip(columns.items(), made.dtypes, strict=True) if is_ != d}
    return (made.astype(other) if other else made).reset_index(drop=True)


@dataclass(frozen=True)
class Facts:
    """Everything an analysis may look at; each field a frame with the columns above."""

    accounts: pd.DataFrame
    addresses: pd.DataFrame
    mailboxes: pd.DataFrame
    messages: pd.DataFrame
    participants: pd.DataFrame
    events: pd.DataFrame
    attendances: pd.DataFrame
    conferences: pd.DataFrame
    joinings: pd.DataFrame
    intents: pd.DataFrame
    marks: pd.DataFrame
    deals: pd.DataFrame
    failures: pd.DataFrame

    @classmethod
    def of(cls, **frames: pd.DataFrame) -> Facts:
        """Facts from the given frames; every frame not given is empty."""
        return cls(**{name: frames.get(name, empty(name)) for name in COLUMNS})
