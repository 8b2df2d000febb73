"""Meetings, who takes part, what became of them, and how the next one may go."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from store.facts import TIME

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        # one row per occurrence with at least one person outside. status: confirmed | cancelled |
        # moved away (replaced by another) | unclear (moved or called off within a day of its end:
        # nothing tells whether it took place). ours: the rep organised it. source: calendar | mail
        "meetings": {
            "meeting": "int64",
            "uid": "str",
            "original_start": TIME,
            "start": TIME,
            "end": TIME,
            "all_day": "bool",
            "summary": "str",
            "status": "str",
            "ours": "bool",
            "organizer": "int64",
            "topic": "int64",
            "source": "str",
            "first_known_at": TIME,
        },
        # the outside people of a meeting; presence yes | no | unknown with its evidence
        "attendees": {
            "meeting": "int64",
            "person": "int64",
            "optional": "bool",
            "partstat": "str",
            "presence": "str",
            "presence_by": "str",
        },
        # calls in which meetings were held, by report of the provider (service: meet | teams), one
        # row per meeting under its first call; people: how many were there, the rep included
        "calls": {
            "call": "int64",
            "meeting": "int64",
            "service": "str",
            "at": TIME,
            "people": "int64",
        },
        # what happened to a meeting. kind: moved | cancelled | declined | countered | accepted |
        # restored. actor: us | them | unknown; person: the outside person it concerns (the mover
        # when "them"). notice_hours: change (or their request for it) to old start, negative after
        # it, NaN unknown. cause: one id for all that one decision changed (a whole series, five
        # absentees, two meetings because of one mail). rebooked: a new time was named with it or
        # within 48 h. learned: calendar | itip | hint | booking | mail. asked_by: reference of
        # their mail, refusal or counter-proposal that asked for it, "" none.
        "changes": {
            "change": "int64",
            "cause": "int64",
            "meeting": "int64",
            "person": "int64",
            "company": "str",
            "topic": "int64",
            "kind": "category",
            "at": TIME,
            "actor": "category",
            "via": "int64",
            "notice_hours": "float64",
            "old_start": TIME,
            "new_start": TIME,
            "rebooked": "bool",
            "asked_by": "str",
            "learned": "str",
            "evidence": "object",
        },
        # the next meeting with each judged person. risk: that it is moved late, called off late or
        # missed; *_low/_high: 80 % interval. why: what that rests on and what to do about it
        "meeting_risks": {
            "person": "int64",
            "meeting": "int64",
            "start": TIME,
            "risk": "float64",
            "risk_low": "float64",
            "risk_high": "float64",
            "why": "str",
        },
    }
)
